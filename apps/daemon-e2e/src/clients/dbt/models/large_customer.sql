select customer_id from {{ ref('purchase_total') }} where total > 20
