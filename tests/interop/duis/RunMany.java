// Runs one command-line program many times within one JVM: `java -cp tool.jar RunMany.java` reads jobs from standard
// input until it ends, and answers each on standard output.
//
//   a job:      "CLASS OCTETS ARGUMENT...\n", then as many octets, which the program reads from its standard input
//   an answer:  "CODE OCTETS OCTETS\n", then what the program wrote to its standard output and to its standard error
//
// The program is a class whose main_aux(String[]) returns an enum with value(): the exit code. One that throws has -1.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

public final class RunMany {
    private static final InputStream JOBS = System.in;
    private static final OutputStream ANSWERS = System.out;

    public static void main(String[] arguments) throws IOException {
        DataInputStream jobs = new DataInputStream(JOBS);
        for (String line = readLine(jobs); !line.isEmpty(); line = readLine(jobs)) {
            String[] words = line.split(" ");
            byte[] input = new byte[Integer.parseInt(words[1])];
            jobs.readFully(input);
            answer(words[0], Arrays.copyOfRange(words, 2, words.length), input);
        }
        ANSWERS.flush();
    }

    private static void answer(String program, String[] arguments, byte[] input) throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(input));
        System.setOut(new PrintStream(written, true));
        System.setErr(new PrintStream(said, true));
        int code = run(program, arguments);
        System.out.flush();
        System.err.flush();
        String head = code + " " + written.size() + " " + said.size() + "\n";
        ANSWERS.write(head.getBytes(StandardCharsets.US_ASCII));
        written.writeTo(ANSWERS);
        said.writeTo(ANSWERS);
    }

    private static int run(String program, String[] arguments) {
        try {
            Object result = Class.forName(program).getMethod("main_aux", String[].class).invoke(null, (Object) arguments);
            return (Integer) result.getClass().getMethod("value").invoke(result);
        } catch (ReflectiveOperationException error) {
            error.printStackTrace();
            return -1;
        }
    }

    private static String readLine(InputStream jobs) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = jobs.read(); octet != '\n' && octet != -1; octet = jobs.read()) {
            line.write(octet);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }
}
