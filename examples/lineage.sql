SELECT c.name, SUM(l.quantity * l.price) AS total
FROM customers c JOIN order_lines l ON l.customer_id = c.id
GROUP BY c.name;
