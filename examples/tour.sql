SELECT name, stock / 5 AS shelves FROM products WHERE sku = 'bk-001' ORDER BY stock LIMIT 2, 3;
