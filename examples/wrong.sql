SELECT date_format(joined, '%Y-%u'), frobnicate(name) FROM customers;
