/*
 * Statements of Hibernate and of graphical clients, from files, through a JDBC driver: what they
 * answer, as lines. A statement ends with a semicolon at the end of a line; a line
 * "-- ? 1, 'text', null" behind it runs it with these parameters, several in a row as one batch.
 * "-- begin", "-- commit", "-- rollback", "-- fetch 50" and "-- metadata schema" are what such
 * clients ask of the connection itself.
 *
 * usage: java -cp driver.jar WithStatements.java jdbc-url user password file...
 */
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.*;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

public class WithStatements {
  /** Whole numbers, decimals, texts, times, truths and null. */
  static final Pattern parameter =
      Pattern.compile("timestamp '([^']*)'|'((?:[^']|'')*)'|(-?\\d+\\.\\d+)|(-?\\d+)|(true|false)|(null)");

  static void seen(String name, Object value) {
    System.out.println(name.replaceAll("\\s+", " ") + "\t" + String.valueOf(value).replace("\n", "\\n"));
  }

  static String rows(ResultSet result) throws SQLException {
    var about = result.getMetaData();
    var text = new StringBuilder();
    for (int at = 1; at <= about.getColumnCount(); at++) {
      text.append(about.getColumnLabel(at)).append(':').append(about.getColumnTypeName(at)).append(' ');
    }
    while (result.next()) {
      text.append('[');
      for (int at = 1; at <= about.getColumnCount(); at++) text.append(result.getString(at)).append('|');
      text.append(']');
    }
    return text.toString();
  }

  static void bind(PreparedStatement statement, String values) throws SQLException {
    var found = parameter.matcher(values);
    for (int at = 1; found.find(); at++) {
      if (found.group(1) != null) statement.setTimestamp(at, Timestamp.valueOf(found.group(1)));
      else if (found.group(2) != null) statement.setString(at, found.group(2).replace("''", "'"));
      else if (found.group(3) != null) statement.setBigDecimal(at, new BigDecimal(found.group(3)));
      else if (found.group(4) != null) statement.setLong(at, Long.parseLong(found.group(4)));
      else if (found.group(5) != null) statement.setBoolean(at, found.group(5).equals("true"));
      else statement.setNull(at, Types.NULL);
    }
  }

  static int fetchSize = 0;

  static void run(Connection connection, String text, List<String> runs) {
    // Hibernate asks for the ids that an insert made where the server gives them.
    var keys = text.startsWith("insert into hb_events") ? Statement.RETURN_GENERATED_KEYS : Statement.NO_GENERATED_KEYS;
    try (var statement = connection.prepareStatement(text, keys)) {
      statement.setFetchSize(fetchSize);
      if (runs.size() > 1) {
        for (var values : runs) {
          bind(statement, values);
          statement.addBatch();
        }
        seen(text, java.util.Arrays.toString(statement.executeBatch()));
        return;
      }
      if (!runs.isEmpty()) bind(statement, runs.get(0));
      if (statement.execute()) {
        try (var result = statement.getResultSet()) {
          seen(text, rows(result));
        }
      } else {
        seen(text, statement.getUpdateCount());
        if (keys == Statement.RETURN_GENERATED_KEYS) {
          try (var made = statement.getGeneratedKeys()) {
            seen("made", made.next() ? made.getLong(1) : null);
          }
        }
      }
    } catch (SQLException error) {
      seen(text, error.getSQLState() + " " + error.getErrorCode());
    }
  }

  interface Asked {
    ResultSet ask() throws SQLException;
  }

  static void described(String name, Asked asked) {
    try (var result = asked.ask()) {
      seen(name, rows(result));
    } catch (SQLException error) {
      seen(name, error.getSQLState() + " " + error.getErrorCode());
    }
  }

  /** What DBeaver and DataGrip ask of the driver to draw their trees; a database, or a schema. */
  static void metadata(Connection connection, String in) throws SQLException {
    var about = connection.getMetaData();
    var catalogs = about.getDatabaseProductName().matches("MySQL|MariaDB");
    var catalog = catalogs ? in : null;
    var schema = catalogs ? null : in;
    seen("words", about.getSQLKeywords().length() + " " + about.getMaxColumnNameLength());
    described("getCatalogs", () -> about.getCatalogs());
    described("getSchemas", () -> about.getSchemas());
    described("getTableTypes", () -> about.getTableTypes());
    described("getTypeInfo", () -> about.getTypeInfo());
    described("getTables", () -> about.getTables(catalog, schema, "%", null));
    described("getViews", () -> about.getTables(catalog, schema, "%", new String[] {"VIEW", "TABLE"}));
    described("getColumns", () -> about.getColumns(catalog, schema, "%", "%"));
    described("getFunctions", () -> about.getFunctions(catalog, schema, "%"));
    described("getProcedures", () -> about.getProcedures(catalog, schema, "%"));
    described("getProcedureColumns", () -> about.getProcedureColumns(catalog, schema, "%", "%"));
    described("getFunctionColumns", () -> about.getFunctionColumns(catalog, schema, "%", "%"));
    described("getUDTs", () -> about.getUDTs(catalog, schema, "%", null));
    described("getClientInfoProperties", () -> about.getClientInfoProperties());
    for (var table : new String[] {"items", "lines"}) {
      described("getPrimaryKeys", () -> about.getPrimaryKeys(catalog, schema, table));
      described("getImportedKeys", () -> about.getImportedKeys(catalog, schema, table));
      described("getExportedKeys", () -> about.getExportedKeys(catalog, schema, table));
      described("getIndexInfo", () -> about.getIndexInfo(catalog, schema, table, false, true));
      described("getBestRowIdentifier", () -> about.getBestRowIdentifier(catalog, schema, table, 0, true));
      described("getVersionColumns", () -> about.getVersionColumns(catalog, schema, table));
      described("getTablePrivileges", () -> about.getTablePrivileges(catalog, schema, table));
      described("getColumnPrivileges", () -> about.getColumnPrivileges(catalog, schema, table, "%"));
    }
    described("getCrossReference", () -> about.getCrossReference(catalog, schema, "items", catalog, schema, "lines"));
    connection.setReadOnly(true);
    connection.setReadOnly(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    seen("isolation", connection.getTransactionIsolation());
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    seen("schema", connection.getSchema() + " " + connection.isValid(5));
  }

  public static void main(String[] to) throws Exception {
    try (var connection = DriverManager.getConnection(to[0], to[1], to[2])) {
      // What Hibernate asks first: the dialect, by the server's name and version.
      var about = connection.getMetaData();
      seen("server", about.getDatabaseProductName() + " " + about.getDatabaseMajorVersion());
      seen("generated keys", about.supportsGetGeneratedKeys());
      var text = new StringBuilder();
      var runs = new ArrayList<String>();
      var lines = new ArrayList<String>();
      for (int at = 3; at < to.length; at++) lines.addAll(Files.readAllLines(Path.of(to[at])));
      lines.add("-- end");
      for (var line : lines) {
        var values = line.startsWith("-- ? ");
        if (values) runs.add(line.substring(5));
        else if (text.toString().endsWith(";")) {
          run(connection, text.substring(0, text.length() - 1), runs);
          text.setLength(0);
          runs.clear();
        }
        if (values) continue;
        if (line.equals("-- begin")) connection.setAutoCommit(false);
        else if (line.equals("-- commit")) {
          connection.commit();
          connection.setAutoCommit(true);
        } else if (line.equals("-- rollback")) {
          connection.rollback();
          connection.setAutoCommit(true);
        } else if (line.startsWith("-- metadata ")) metadata(connection, line.substring(12));
        else if (line.startsWith("-- fetch ")) fetchSize = Integer.parseInt(line.substring(9));
        else if (!line.startsWith("--") && !line.isBlank())
          text.append(text.isEmpty() ? "" : "\n").append(line.stripTrailing());
      }
    }
  }
}
