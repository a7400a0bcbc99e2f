-- A small shop: the script a MySQL application might ship, from schema to reports.
-- Every statement is ordinary; each exercises something dialects disagree about.

SET NAMES utf8mb4;

CREATE TABLE customers (
  id INT AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(120) NOT NULL UNIQUE,
  name VARCHAR(80) NOT NULL,
  country CHAR(2) NOT NULL DEFAULT 'DE',
  vip TINYINT(1) NOT NULL DEFAULT 0,
  joined DATE NOT NULL,
  notes TEXT
);

CREATE TABLE categories (
  id INT AUTO_INCREMENT PRIMARY KEY,
  parent_id INT NULL,
  title VARCHAR(60) NOT NULL,
  CONSTRAINT fk_category_parent FOREIGN KEY (parent_id) REFERENCES categories (id)
);

CREATE TABLE products (
  id INT AUTO_INCREMENT PRIMARY KEY,
  category_id INT NOT NULL,
  sku VARCHAR(20) NOT NULL,
  title VARCHAR(100) NOT NULL,
  price DECIMAL(10,2) NOT NULL,
  stock INT NOT NULL DEFAULT 0,
  UNIQUE KEY uq_products_sku (sku),
  KEY ix_products_category (category_id),
  CONSTRAINT fk_product_category FOREIGN KEY (category_id) REFERENCES categories (id),
  CONSTRAINT ck_products_price CHECK (price >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE orders (
  id INT AUTO_INCREMENT PRIMARY KEY,
  customer_id INT NOT NULL,
  placed_at DATETIME NOT NULL,
  status VARCHAR(12) NOT NULL DEFAULT 'open',
  shipped_at DATETIME NULL,
  KEY ix_orders_customer (customer_id, placed_at),
  CONSTRAINT fk_order_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
);

CREATE TABLE order_lines (
  order_id INT NOT NULL,
  line_no SMALLINT NOT NULL,
  product_id INT NOT NULL,
  quantity INT NOT NULL,
  unit_price DECIMAL(10,2) NOT NULL,
  PRIMARY KEY (order_id, line_no),
  CONSTRAINT fk_line_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_line_product FOREIGN KEY (product_id) REFERENCES products (id)
);

CREATE TABLE page_hits (
  page VARCHAR(40) NOT NULL PRIMARY KEY,
  hits INT NOT NULL
);

CREATE INDEX ix_customers_country ON customers (country, name);

-- Data.

INSERT INTO customers (email, name, country, vip, joined, notes) VALUES
  ('ada@example.com', 'Ada', 'GB', 1, '2023-01-15', 'prefers e-mail'),
  ('bob@example.com', 'Bob', 'US', 0, '2023-03-02', NULL),
  ('chloe@example.com', 'Chloe', 'FR', 0, '2023-03-02', 'it''s complicated'),
  ('dmitri@example.com', 'Dmitri', 'DE', 1, '2023-11-30', NULL),
  ('eve@example.com', 'Eve', 'US', 0, '2024-02-29', 'back\\slash');

INSERT INTO customers SET email = 'frank@example.com', name = 'Frank', joined = '2024-05-05';

INSERT INTO categories (id, parent_id, title) VALUES
  (1, NULL, 'Everything'), (2, 1, 'Books'), (3, 1, 'Tools'), (4, 2, 'Databases'), (5, 2, 'Compilers');

INSERT INTO products (category_id, sku, title, price, stock) VALUES
  (4, 'BK-001', 'Relations by Example', 39.90, 12),
  (4, 'BK-002', 'Transactions', 54.00, 3),
  (5, 'BK-003', 'Parsing for Fun', 24.50, 0),
  (3, 'TL-001', 'Query Hammer', 12.99, 40),
  (3, 'TL-002', 'Index Saw', 18.25, 7);

INSERT INTO orders (customer_id, placed_at, status, shipped_at) VALUES
  (1, '2024-01-05 09:30:00', 'shipped', '2024-01-06 08:00:00'),
  (1, '2024-03-17 18:45:10', 'open', NULL),
  (2, '2024-02-01 12:00:00', 'shipped', '2024-02-03 10:15:00'),
  (3, '2024-02-28 23:59:59', 'cancelled', NULL),
  (4, '2024-03-20 07:05:00', 'open', NULL);

INSERT INTO order_lines VALUES
  (1, 1, 1, 1, 39.90), (1, 2, 4, 2, 12.99),
  (2, 1, 2, 1, 54.00),
  (3, 1, 4, 5, 11.50), (3, 2, 5, 1, 18.25),
  (4, 1, 3, 1, 24.50),
  (5, 1, 1, 2, 39.90), (5, 2, 2, 1, 54.00);

INSERT INTO page_hits (page, hits) VALUES ('home', 1)
  ON DUPLICATE KEY UPDATE hits = hits + 1;

INSERT INTO page_hits (page, hits) VALUES ('home', 5), ('cart', 2)
  ON DUPLICATE KEY UPDATE hits = hits + VALUES(hits);

INSERT IGNORE INTO page_hits (page, hits) VALUES ('cart', 100), ('help', 1);

-- Changes.

START TRANSACTION;

UPDATE products SET stock = stock - 1, price = ROUND(price * 1.05, 2) WHERE sku = 'BK-002';

UPDATE order_lines AS l JOIN products AS p ON p.id = l.product_id
SET l.unit_price = p.price
WHERE l.order_id = 2;

DELETE FROM page_hits WHERE hits < 2;

COMMIT;

CREATE VIEW order_totals AS
SELECT o.id AS order_id, o.customer_id, o.status, SUM(l.quantity * l.unit_price) AS total, COUNT(*) AS line_count
FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
GROUP BY o.id, o.customer_id, o.status;

-- Reports.

SELECT id, name, email FROM customers WHERE country = 'us' ORDER BY name;

SELECT name, IFNULL(notes, '(none)') AS notes FROM customers ORDER BY id LIMIT 3 OFFSET 1;

SELECT CONCAT(name, ' <', email, '>') AS address FROM customers ORDER BY joined DESC, id LIMIT 2, 2;

SELECT c.name, t.total FROM customers c LEFT JOIN order_totals t ON t.customer_id = c.id ORDER BY t.total DESC, c.name;

SELECT country, COUNT(*) AS n, SUM(vip) AS vips FROM customers GROUP BY country HAVING COUNT(*) >= 1 ORDER BY n DESC, country;

SELECT p.title, p.stock DIV 5 AS shelves, p.stock % 5 AS rest, p.price / 3 AS third FROM products p ORDER BY p.id;

SELECT IF(stock = 0, 'sold out', 'available') AS state, COUNT(*) AS n FROM products GROUP BY state ORDER BY state;

SELECT YEAR(placed_at) AS y, MONTH(placed_at) AS m, COUNT(*) AS orders FROM orders GROUP BY YEAR(placed_at), MONTH(placed_at) ORDER BY y, m;

SELECT id, DATEDIFF(shipped_at, placed_at) AS days FROM orders WHERE shipped_at IS NOT NULL ORDER BY id;

SELECT id, placed_at FROM orders WHERE placed_at >= '2024-02-01' AND placed_at < DATE_ADD('2024-02-01', INTERVAL 1 MONTH) ORDER BY placed_at;

SELECT SUBSTRING(sku, 1, 2) AS prefix, UPPER(title) AS loud, CHAR_LENGTH(title) AS letters FROM products ORDER BY sku;

SELECT c.title, p.title AS parent FROM categories c LEFT JOIN categories p ON c.parent_id = p.id ORDER BY c.parent_id, c.id;

WITH RECURSIVE tree (id, title, depth) AS (
  SELECT id, title, 0 FROM categories WHERE parent_id IS NULL
  UNION ALL
  SELECT c.id, c.title, t.depth + 1 FROM categories c JOIN tree t ON c.parent_id = t.id
)
SELECT id, title, depth FROM tree ORDER BY depth, id;

SELECT customer_id, order_id, total,
  RANK() OVER (PARTITION BY customer_id ORDER BY total DESC) AS place,
  SUM(total) OVER (ORDER BY order_id) AS running
FROM order_totals ORDER BY order_id;

SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) ORDER BY name;

SELECT title FROM products WHERE id IN (SELECT product_id FROM order_lines WHERE quantity > 1) ORDER BY title;

SELECT title, price FROM products WHERE price > (SELECT AVG(price) FROM products) ORDER BY price DESC;

SELECT status, GROUP_CONCAT(id ORDER BY id SEPARATOR ', ') AS ids FROM orders GROUP BY status ORDER BY status;

SELECT name FROM customers WHERE name LIKE '%E%' ORDER BY name;

SELECT id, CASE status WHEN 'open' THEN 1 WHEN 'shipped' THEN 2 ELSE 3 END AS rank_no FROM orders ORDER BY rank_no, id;

SELECT sku FROM products WHERE stock = 0 UNION SELECT sku FROM products WHERE price < 15 ORDER BY sku;

SELECT a.name, b.name AS other FROM customers a JOIN customers b ON a.country <=> b.country AND a.id < b.id ORDER BY a.id, b.id;

SELECT COALESCE(SUM(quantity), 0) AS units, GREATEST(MAX(unit_price), 20) AS top FROM order_lines;

SELECT country, vip, COUNT(*) AS n FROM customers GROUP BY country, vip WITH ROLLUP;

DELETE FROM customers WHERE email = 'frank@example.com';

DROP VIEW order_totals;
