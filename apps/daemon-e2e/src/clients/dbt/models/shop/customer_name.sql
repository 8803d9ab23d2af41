select id, name from {{ source('shop', 'customer') }}
