import java.math.BigDecimal;
import java.sql.*;
import java.util.Properties;

/** Prints what MariaDB's JDBC driver sees: host port user password database [ca]. */
public class WithMariadbJdbc {
  static void rows(ResultSet results) throws SQLException {
    ResultSetMetaData about = results.getMetaData();
    StringBuilder names = new StringBuilder();
    for (int i = 1; i <= about.getColumnCount(); i++)
      names.append(about.getColumnLabel(i)).append(' ').append(about.getColumnTypeName(i)).append(' ')
          .append(about.getColumnDisplaySize(i)).append(' ').append(about.isNullable(i)).append(", ");
    System.out.println(names);
    while (results.next()) {
      StringBuilder row = new StringBuilder();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        String value = results.getString(i);
        row.append(value != null && value.length() > 200 ? value.length() + value.substring(0, 20) : value).append(" | ");
      }
      System.out.println(row);
    }
  }

  static void failing(Connection connection, String text) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(text);
      System.out.println("no error: " + text);
    } catch (SQLException error) {
      System.out.println(error.getErrorCode() + " " + error.getSQLState() + " "
          + error.getMessage().replaceAll("conn[=:]\\d+", "conn"));
    }
  }

  static void all(String url, Properties properties) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, properties)) {
      DatabaseMetaData about = connection.getMetaData();
      System.out.println(about.getDatabaseProductName() + " " + about.getDatabaseProductVersion());
      try (ResultSet tables = about.getTables(null, null, "%", null)) { rows(tables); }
      try (ResultSet columns = about.getColumns(null, null, "kinds", "%")) { rows(columns); }
      try (ResultSet keys = about.getPrimaryKeys(null, null, "numbers")) { rows(keys); }
      try (ResultSet indexes = about.getIndexInfo(null, null, "numbers", true, true)) {
        while (indexes.next()) System.out.println(indexes.getString("INDEX_NAME"));
      }
      try (Statement statement = connection.createStatement()) {
        rows(statement.executeQuery("SELECT * FROM kinds ORDER BY id"));
        statement.setFetchSize(100);
        try (ResultSet many = statement.executeQuery("SELECT a.n FROM numbers a JOIN numbers b ON b.n <= 20")) {
          long sum = 0;
          while (many.next()) sum += many.getInt(1);
          System.out.println("streamed " + sum);
        }
      }
      try (PreparedStatement prepared = connection.prepareStatement(
          "SELECT id, exact, moment6, text_, bytes_varying, document, clock FROM kinds WHERE id = ? OR text_ = ?")) {
        System.out.println(prepared.getParameterMetaData().getParameterCount());
        for (int id = 1; id <= 3; id++) {
          prepared.setInt(1, id);
          prepared.setString(2, "none 'such' ü");
          rows(prepared.executeQuery());
        }
      }
      try (PreparedStatement prepared = connection.prepareStatement("SELECT ?, ?, ?, ?, ?, ?")) {
        prepared.setBigDecimal(1, new BigDecimal("12.340"));
        prepared.setTimestamp(2, Timestamp.valueOf("2024-02-29 12:34:56.5"));
        prepared.setNull(3, Types.INTEGER);
        prepared.setBytes(4, new byte[] {0, 1, (byte) 0xff});
        prepared.setBoolean(5, true);
        prepared.setDouble(6, 1.5);
        rows(prepared.executeQuery());
      }
      connection.setAutoCommit(false);
      try (PreparedStatement insert = connection.prepareStatement(
          "INSERT INTO scratch (what, unique_) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
        for (int n = 1; n <= 300; n++) {
          insert.setString(1, "batch " + n);
          insert.setInt(2, n);
          insert.addBatch();
        }
        int done = 0;
        for (int each : insert.executeBatch()) done += each == Statement.SUCCESS_NO_INFO ? 1 : each;
        System.out.println("batch " + done);
        int keys = 0;
        try (ResultSet made = insert.getGeneratedKeys()) { while (made.next()) keys++; }
        System.out.println("keys " + keys);
      }
      Savepoint here = connection.setSavepoint();
      try (Statement statement = connection.createStatement()) {
        System.out.println(statement.executeUpdate("UPDATE scratch SET what = 'changed' WHERE unique_ < 11"));
        connection.rollback(here);
        rows(statement.executeQuery("SELECT COUNT(*), MIN(what) FROM scratch"));
      }
      connection.rollback();
      connection.setAutoCommit(true);
      try (CallableStatement call = connection.prepareCall("{call doubled(?, ?)}")) {
        call.setInt(1, 21);
        call.registerOutParameter(2, Types.INTEGER);
        call.execute();
        System.out.println("doubled " + call.getInt(2));
      }
      try (CallableStatement call = connection.prepareCall("{call two_results(?)}")) {
        call.setInt(1, 4);
        boolean more = call.execute();
        while (more) {
          rows(call.getResultSet());
          more = call.getMoreResults();
        }
      }
      failing(connection, "SELECT nothing FROM numbers");
      System.out.println(connection.isValid(2) + " " + connection.getCatalog() + " " + connection.getTransactionIsolation());
      connection.setReadOnly(true);
      connection.setReadOnly(false);
    }
  }

  public static void main(String[] args) throws SQLException {
    String base = "jdbc:mariadb://" + args[0] + ":" + args[1] + "/" + args[4];
    for (String more : new String[] {"", "useServerPrepStmts=true", "useServerPrepStmts=true&useBulkStmts=true&rewriteBatchedStatements=false", "rewriteBatchedStatements=true&allowMultiQueries=true"}) {
      Properties properties = new Properties();
      properties.setProperty("user", args[2]);
      properties.setProperty("password", args[3]);
      properties.setProperty("allowPublicKeyRetrieval", "true");
      if (args.length > 5) {
        properties.setProperty("useSsl", "true");
        properties.setProperty("serverSslCert", args[5]);
      }
      System.out.println("== " + more);
      all(base + (more.isEmpty() ? "" : "?" + more), properties);
    }
  }
}
