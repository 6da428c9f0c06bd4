import org.apache.solr.embedded.JettyConfig;
import org.apache.solr.embedded.JettySolrRunner;

/** Serves the Solr home args[0] at /solr on port args[1] of 127.0.0.1. */
public class Launcher {
    public static void main(String[] args) throws Exception {
        JettyConfig config = JettyConfig.builder()
            .setContext("/solr")
            .setPort(Integer.parseInt(args[1]))
            .build();
        JettySolrRunner runner = new JettySolrRunner(args[0], config);
        // Solr writes its transaction log out before the process ends.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.stop();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        runner.start();
        if (runner.getCoreContainer() == null || runner.getCoreContainer().isShutDown()) {
            System.exit(1);
        }
        Thread.currentThread().join();
    }
}
