/*
 * What the JDBC driver sees, as lines `name<TAB>value`: run it directly and through the proxy, and
 * compare.
 *
 * usage: java -cp /usr/share/java/postgresql.jar WithJdbc.java host port user password database
 */
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.sql.*;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

public class WithJdbc {
  static void seen(String name, Object value) {
    System.out.println(name + "\t" + String.valueOf(value).replace("\n", "\\n"));
  }

  static String rows(ResultSet result) throws SQLException {
    var about = result.getMetaData();
    var text = new StringBuilder();
    for (int at = 1; at <= about.getColumnCount(); at++) {
      text.append(about.getColumnName(at)).append(':').append(about.getColumnTypeName(at)).append(' ');
    }
    while (result.next()) {
      text.append('[');
      for (int at = 1; at <= about.getColumnCount(); at++) text.append(result.getString(at)).append('|');
      text.append(']');
    }
    return text.toString();
  }

  static Connection connect(String[] to, String mode, boolean binary) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", to[2]);
    properties.setProperty("password", to[3]);
    properties.setProperty("preferQueryMode", mode);
    properties.setProperty("binaryTransfer", String.valueOf(binary));
    properties.setProperty("prepareThreshold", "2");
    properties.setProperty("sslmode", "disable");
    return DriverManager.getConnection(
        "jdbc:postgresql://" + to[0] + ":" + to[1] + "/" + to[4], properties);
  }

  public static void main(String[] to) throws Exception {
    for (var mode : new String[] {"simple", "extended", "extendedForPrepared", "extendedCacheEverything"}) {
      for (var binary : new boolean[] {false, true}) {
        try (var connection = connect(to, mode, binary)) {
          run(mode + (binary ? " binary " : " text "), connection);
        }
      }
    }
  }

  static void run(String prefix, Connection connection) throws Exception {
    var meta = connection.getMetaData();
    seen(prefix + "server", meta.getDatabaseProductVersion());
    try (var statement = connection.createStatement()) {
      seen(prefix + "simple", rows(statement.executeQuery("select 1 as one, 'two' as two, null::int as nothing")));
      statement.execute("create temporary table driver_rows (id int primary key, body text)");
    }

    var query = "select ?::int4 as a, ?::int8 as b, ?::float8 as c, ?::text as d, ?::bool as e, ?::numeric as f, ?::date as g, ?::timestamp as h";
    try (var prepared = connection.prepareStatement(query)) {
      for (int run = 0; run < 5; run++) {
        prepared.setInt(1, run);
        prepared.setLong(2, 1L << 40);
        prepared.setDouble(3, 2.5);
        prepared.setString(4, "tëxt ' \\");
        prepared.setBoolean(5, run % 2 == 0);
        prepared.setBigDecimal(6, new BigDecimal("12345.6789"));
        prepared.setDate(7, Date.valueOf("2024-02-29"));
        prepared.setTimestamp(8, Timestamp.valueOf("2024-02-29 13:14:15.678"));
        seen(prefix + "prepared " + run, rows(prepared.executeQuery()));
      }
    }

    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.executeUpdate("insert into driver_rows values (1, 'one')");
      connection.commit();
      var before = connection.setSavepoint();
      try {
        statement.executeUpdate("insert into driver_rows values (1, 'again')");
      } catch (SQLException error) {
        seen(prefix + "error", error.getSQLState() + " " + error.getMessage());
        connection.rollback(before);
      }
      seen(prefix + "after the savepoint", rows(statement.executeQuery("table driver_rows")));
      try {
        statement.executeQuery("select 1 / 0");
      } catch (SQLException error) {
        seen(prefix + "division", error.getSQLState());
      }
      try {
        statement.executeQuery("select 1");
      } catch (SQLException error) {
        seen(prefix + "failed transaction", error.getSQLState());
      }
      connection.rollback();
    }

    try (var batch = connection.prepareStatement("insert into driver_rows values (?, ?)")) {
      for (int n = 100; n < 1100; n++) {
        batch.setInt(1, n);
        batch.setString(2, "row " + n);
        batch.addBatch();
      }
      seen(prefix + "batch", batch.executeBatch().length);
    }
    try (var batch = connection.prepareStatement("insert into driver_rows values (?, ?)")) {
      for (int n : new int[] {7000, 7001, 7000, 7002}) {
        batch.setInt(1, n);
        batch.setString(2, "x");
        batch.addBatch();
      }
      batch.executeBatch();
    } catch (BatchUpdateException error) {
      seen(prefix + "batch that fails", error.getSQLState());
      connection.rollback();
    }
    connection.commit();

    try (var cursor = connection.createStatement()) {
      cursor.setFetchSize(50);
      long sum = 0;
      int count = 0;
      try (var result = cursor.executeQuery("select i from generate_series(1, 1000) i")) {
        while (result.next()) {
          sum += result.getLong(1);
          count++;
        }
      }
      seen(prefix + "portal with a row limit", count + " " + sum);
    }
    connection.commit();

    CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
    seen(prefix + "copy in", copies.copyIn("copy driver_rows from stdin", new StringReader("9001\ta\n9002\t\\N\n")));
    var out = new StringWriter();
    seen(prefix + "copy out", copies.copyOut("copy (select * from driver_rows order by id) to stdout", out));
    seen(prefix + "copied", out.toString().hashCode());
    connection.commit();
    connection.setAutoCommit(true);

    try (var statement = connection.createStatement()) {
      long hash = 7;
      int count = 0;
      try (var result = statement.executeQuery("select i, md5(i::text) from generate_series(1, 50000) i")) {
        while (result.next()) {
          hash = hash * 31 + result.getInt(1);
          hash = hash * 31 + result.getString(2).hashCode();
          count++;
        }
      }
      seen(prefix + "big result", count + " " + hash);
      statement.setQueryTimeout(1);
      try {
        statement.execute("select pg_sleep(60)");
      } catch (SQLException error) {
        seen(prefix + "cancelled", error.getSQLState());
      }
      statement.setQueryTimeout(0);
      seen(prefix + "several", statement.execute("select 1; select 2"));
      try (var generated = connection.prepareStatement("insert into driver_rows values (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
        generated.setInt(1, 9100);
        generated.setString(2, "generated");
        generated.executeUpdate();
        seen(prefix + "returning", rows(generated.getGeneratedKeys()));
      }
    }
    try (var tables = meta.getColumns(null, "pg_catalog", "pg_class", "rel%")) {
      int count = 0;
      while (tables.next()) count++;
      seen(prefix + "metadata", count);
    }
  }
}
