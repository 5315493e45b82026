import java.util.List;
import java.util.Objects;

/** Runs the stops of a tour one after the other and prints a line of JSON about each; a stop that fails does not end the tour. */
final class Tour {
  interface Stop {
    void visit() throws Exception;
  }

  private Tour() {}

  static void stop(String test, Stop stop) {
    try {
      stop.visit();
      print(test, "passed", List.of());
    } catch (Exception | AssertionError problem) {
      print(test, "failed", List.of(String.valueOf(problem)));
    }
  }

  static void expect(Object expected, Object actual) {
    if (!Objects.equals(expected, actual)) {
      throw new AssertionError("should be " + expected + ", but is " + actual);
    }
  }

  static String required(String variable) {
    return Objects.requireNonNull(System.getenv(variable), variable);
  }

  private static void print(String test, String state, List<String> remarks) {
    String texts = String.join(",", remarks.stream().map(Tour::quoted).toList());
    System.out.println(
        "{\"test\":" + quoted(test) + ",\"state\":" + quoted(state) + ",\"remarks\":[" + texts + "]}");
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (char each : text.toCharArray()) {
      if (each == '"' || each == '\\') json.append('\\').append(each);
      else if (each < ' ') json.append(String.format("\\u%04x", (int) each));
      else json.append(each);
    }
    return json.append('"').toString();
  }
}
