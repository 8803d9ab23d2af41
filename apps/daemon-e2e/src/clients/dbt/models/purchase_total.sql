select customer_id, sum(total) as total from {{ ref('raw_purchase') }} group by customer_id
