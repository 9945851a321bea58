/**
 * The sample shop for MySQL and MariaDB: the tables of shop.ts in their dialect, and the same rows,
 * which are copied out of the Postgres one.
 */
import { type Connection, createConnection } from 'mysql2/promise'
import { Client } from 'pg'

/** As the server and the proxy's clients both call it; Postgres has `shop`. */
export const mysqlShop = 'shop_mysql'

export interface MysqlShopOptions {
  /** Of an account that may do everything, without a database. */
  readonly adminUrl: string
  /** Of the account `shop`, which may do everything in the shop and nothing else. */
  readonly password: string
  /** The filled shop that is copied, with whoever may read it. */
  readonly from: string
}

/** Makes account and database, and fills it, unless it is there. */
export async function loadMysqlShop(options: MysqlShopOptions): Promise<void> {
  const admin = await createConnection(options.adminUrl)
  try {
    // Made last, so that a load that was cut short is not taken for a whole one.
    const [there] = await admin.query('SHOW DATABASES LIKE ?', [mysqlShop])
    const whole = Array.isArray(there) && there.length > 0 && (await isWhole(admin))
    if (whole) return
    const account = `'shop'@'127.0.0.1'`
    const by = `IDENTIFIED BY ${admin.escape(options.password)}`
    await admin.query(`CREATE USER IF NOT EXISTS ${account} ${by}`)
    await admin.query(`ALTER USER ${account} ${by}`)
    await admin.query(`DROP DATABASE IF EXISTS ${mysqlShop}`)
    await admin.query(`CREATE DATABASE ${mysqlShop} CHARACTER SET utf8mb4`)
    await admin.query(`GRANT ALL ON ${mysqlShop}.* TO ${account}`)
  } finally {
    await admin.end()
  }
  await fill(options)
}

async function isWhole(admin: Connection): Promise<boolean> {
  const [rows] = await admin.query(
    'SELECT 1 FROM information_schema.views WHERE table_schema = ? AND table_name = ?',
    [mysqlShop, 'monthly_revenue'],
  )
  return Array.isArray(rows) && rows.length > 0
}

async function fill({ adminUrl, password, from }: MysqlShopOptions): Promise<void> {
  const url = new URL(adminUrl)
  url.username = 'shop'
  url.password = password
  url.pathname = `/${mysqlShop}`
  const source = new Client({ connectionString: from })
  const target = await createConnection(url.href)
  try {
    await source.connect()
    await source.query("set timezone = 'UTC'")
    for (const table of tables) await target.query(table)
    for (const [table, columns] of Object.entries(copied)) {
      await target.query('START TRANSACTION')
      await copy(source, target, table, columns)
      await target.query('COMMIT')
    }
    for (const text of routines) await target.query(text)
  } finally {
    await source.end()
    await target.end()
  }
}

/** A statement has to stay below the packet that a server takes by default. */
const batchRowsMax = 2000

async function copy(
  source: Client,
  target: Connection,
  table: string,
  columns: readonly string[],
): Promise<void> {
  const { rows } = await source.query({
    text: `select ${columns.join(', ')} from ${table} order by 1, 2`,
    rowMode: 'array',
    // Both servers read the other's text; a JavaScript Date would only lose something.
    types: { getTypeParser: () => String },
  })
  const names = columns.map(column => column.replace(/::.*/, '')).join(', ')
  for (let at = 0; at < rows.length; at += batchRowsMax) {
    const batch = rows.slice(at, at + batchRowsMax)
    await target.query(`INSERT INTO ${table} (${names}) VALUES ?`, [batch])
  }
}

const copied = {
  customers: [
    ...['id', 'name', 'email', 'phone', 'national_id', 'date_of_birth', 'card_number', 'city'],
    ...['notes', 'created_at::timestamp'],
  ],
  employees: ['id', 'name', 'email', 'title', 'department', 'manager_id', 'salary', 'hired_on'],
  products: ['id', 'name', 'category', 'price', 'stock'],
  orders: ['id', 'customer_id', 'status', 'ordered_at::timestamp'],
  order_items: ['order_id', 'line', 'product_id', 'quantity', 'price'],
  payments: [...['id', 'order_id', 'method', 'card_last4', 'iban', 'amount', 'paid_at::timestamp']],
  carts: ['id', 'customer_id', 'product_id', 'quantity', 'changed_at::timestamp'],
} as const

const tables = [
  `CREATE TABLE customers (
     id            int PRIMARY KEY AUTO_INCREMENT,
     name          varchar(80) NOT NULL,
     email         varchar(120) NOT NULL UNIQUE,
     phone         varchar(30),
     national_id   varchar(11) NOT NULL COMMENT 'Asked for when something is bought on account',
     date_of_birth date NOT NULL,
     card_number   varchar(19) COMMENT 'The card on file, if there is one',
     city          varchar(40) NOT NULL,
     notes         text,
     created_at    datetime NOT NULL DEFAULT CURRENT_TIMESTAMP
   ) COMMENT 'People who have an account with the shop'`,
  `CREATE TABLE employees (
     id         int PRIMARY KEY AUTO_INCREMENT,
     name       varchar(80) NOT NULL,
     email      varchar(120) NOT NULL UNIQUE,
     title      varchar(60) NOT NULL,
     department varchar(40) NOT NULL,
     manager_id int,
     salary     decimal(10, 2) NOT NULL,
     hired_on   date NOT NULL,
     FOREIGN KEY (manager_id) REFERENCES employees (id)
   ) COMMENT 'Everybody who works for the shop'`,
  `CREATE TABLE products (
     id       int PRIMARY KEY AUTO_INCREMENT,
     name     varchar(80) NOT NULL,
     category varchar(40) NOT NULL,
     price    decimal(8, 2) NOT NULL CHECK (price > 0),
     stock    int NOT NULL DEFAULT 0
   )`,
  `CREATE TABLE orders (
     id          int PRIMARY KEY AUTO_INCREMENT,
     customer_id int NOT NULL,
     status      enum('new', 'paid', 'sent', 'returned') NOT NULL,
     ordered_at  datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
     INDEX (ordered_at),
     FOREIGN KEY (customer_id) REFERENCES customers (id)
   )`,
  `CREATE TABLE order_items (
     order_id   int NOT NULL,
     line       smallint NOT NULL,
     product_id int NOT NULL,
     quantity   smallint NOT NULL CHECK (quantity > 0),
     price      decimal(8, 2) NOT NULL,
     PRIMARY KEY (order_id, line),
     FOREIGN KEY (order_id) REFERENCES orders (id),
     FOREIGN KEY (product_id) REFERENCES products (id)
   )`,
  `CREATE TABLE payments (
     id         int PRIMARY KEY AUTO_INCREMENT,
     order_id   int NOT NULL,
     method     enum('card', 'transfer') NOT NULL,
     card_last4 char(4),
     iban       varchar(34),
     amount     decimal(10, 2) NOT NULL,
     paid_at    datetime NOT NULL,
     FOREIGN KEY (order_id) REFERENCES orders (id)
   )`,
  `CREATE TABLE carts (
     id          int PRIMARY KEY AUTO_INCREMENT,
     customer_id int NOT NULL,
     product_id  int NOT NULL,
     quantity    smallint NOT NULL CHECK (quantity > 0),
     changed_at  datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
     FOREIGN KEY (customer_id) REFERENCES customers (id),
     FOREIGN KEY (product_id) REFERENCES products (id)
   ) COMMENT 'What people have put aside and not ordered, or not yet'`,
]

const routines = [
  `CREATE VIEW customer_orders AS
     SELECT c.id AS customer_id, c.name, c.email, o.id AS order_id, o.status, o.ordered_at,
            (SELECT sum(i.quantity * i.price) FROM order_items i WHERE i.order_id = o.id) AS total
       FROM customers c
       JOIN orders o ON o.customer_id = c.id`,
  'CREATE VIEW staff AS SELECT name, title, department, email FROM employees',
  `CREATE FUNCTION customer_age(customer int) RETURNS int READS SQL DATA
     RETURN (SELECT timestampdiff(YEAR, date_of_birth, '2026-01-01')
               FROM customers WHERE id = customer)`,
  `CREATE PROCEDURE orders_of(IN customer int) READS SQL DATA
     SELECT name, email, order_id, status, total
       FROM customer_orders WHERE customer_id = customer ORDER BY order_id`,
  `CREATE VIEW monthly_revenue AS
     SELECT CAST(date_format(p.paid_at, '%Y-%m-01') AS date) AS month, count(*) AS payments,
            sum(p.amount) AS revenue
       FROM payments p
      GROUP BY 1`,
]
