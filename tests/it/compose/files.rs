//! What stands in compose files, and where they lie.

use sdd::compose::readiness::How;

use super::bench::{HEALTHY, IMAGE, STAYS, by_each_flavour, compose, fetch, service, storing};

/// Serves what is in a directory.
const SERVES: &str = "exec httpd -f -p 8000 -h /srv";

#[test]
fn volumes_go_with_the_run_and_ports_are_told() {
    by_each_flavour(|bench| {
        let script =
            "echo stored > /srv/index.html; echo more > /nameless/file; exec httpd -f -p 8000 -h /srv";
        let rest = format!("{HEALTHY}, ports: [\"8000\"], volumes: [\"stored:/srv\", /nameless]");
        let text = storing(&[("web", &service("web", script, &rest))]);
        let run = bench.run_of(&[bench.file("compose.yml", &text)]);
        let environment = run.up();
        let volumes = run.volumes();
        assert_eq!(volumes.len(), 2, "{volumes:?}");
        assert!(volumes.contains(&format!("{}_stored", run.project.name)));
        let there = bench.engine.volumes();
        assert!(volumes.iter().all(|name| there.contains(name)));
        let variables = environment.variables().clone();
        assert_eq!(variables.keys().collect::<Vec<_>>(), ["SDD_SERVICE_WEB_8000"]);
        assert_eq!(fetch(&variables["SDD_SERVICE_WEB_8000"]), "stored\n");
        run.is_gone(&environment.down(), &["web"]);
    });
}

#[test]
fn a_volume_that_is_there_already_is_not_taken_for_the_runs_own() {
    by_each_flavour(|bench| {
        let theirs = format!("data-{}", bench.run_of(&[]).project.name);
        bench.engine.docker(["volume", "create", &theirs]);
        let rest = format!("{HEALTHY}, volumes: [\"kept:/srv\"]");
        let text = format!(
            "version: \"3.8\"\nservices:\n  db: {}\nvolumes:\n  kept: {{name: {theirs}}}\n",
            service("db", "exec sleep 600", &rest)
        );
        let run = bench.run_of(&[bench.file("compose.yml", &text)]);
        let not_up = run.not_up();
        assert!(not_up.closed.is_none());
        let said = not_up.why.to_string();
        assert!(said.contains(&format!("the volumes {theirs}")), "{said}");
        assert!(bench.engine.volumes().contains(&theirs));
        bench.engine.docker(["volume", "rm", &theirs]);
        // And where it is not there, it is the run's.
        let run = bench.run_of(&[bench.file("compose.yml", &text)]);
        run.is_gone(&run.up().down(), &["db"]);
        assert!(!bench.engine.volumes().contains(&theirs));
    });
}

#[test]
fn images_that_a_run_builds_go_with_it() {
    by_each_flavour(|bench| {
        bench.file("web/Dockerfile", "FROM sdd-test/busybox:1\nCOPY page /page\n");
        bench.file("web/page", "hello\n");
        let text = "version: \"3.8\"\nservices:\n  web: {build: ./web, network_mode: none, \
                    command: [sh, -c, \"echo hello of web; trap exit TERM; sleep 600 & wait\"], healthcheck: {test: [CMD, test, -e, /page], interval: 1s}}\n";
        let run = bench.run_of(&[bench.file("compose.yml", text)]);
        let images = || bench.engine.docker(["images", "--format", "{{.Repository}}"]);
        let environment = run.up();
        assert!(images().contains(&run.project.name), "{}", images());
        run.is_gone(&environment.down(), &["web"]);
        assert!(!images().contains(&run.project.name), "{}", images());
        assert!(images().contains("sdd-test/busybox"));
    });
}

#[test]
fn volumes_of_others_stay() {
    by_each_flavour(|bench| {
        let theirs = format!("theirs-{}", bench.run_of(&[]).project.name);
        bench.engine.docker(["volume", "create", &theirs]);
        let rest = format!("{HEALTHY}, volumes: [\"kept:/srv\", \"own:/own\"]");
        let text = format!(
            "version: \"3.8\"\nservices:\n  db: {}\nvolumes:\n  kept: {{external: true, name: {theirs}}}\n  own: {{}}\n",
            service("db", "echo row > /srv/rows; exec sleep 600", &rest)
        );
        let run = bench.run_of(&[bench.file("compose.yml", &text)]);
        let environment = run.up();
        let closed = environment.down();
        let there = bench.engine.volumes();
        let left: Vec<String> = run
            .volumes()
            .into_iter()
            .filter(|name| there.contains(name))
            .collect();
        assert_eq!(left, std::slice::from_ref(&theirs));
        let mount = format!("{theirs}:/srv");
        let rows = [
            "run",
            "--rm",
            "--network",
            "none",
            "-v",
            &mount,
            IMAGE,
            "cat",
            "/srv/rows",
        ];
        assert_eq!(bench.engine.docker(rows), "row\n");
        bench.engine.docker(["volume", "rm", &theirs]);
        run.is_gone(&closed, &["db"]);
    });
}

#[test]
fn services_that_must_be_asked_for_are_not_waited_for() {
    by_each_flavour(|bench| {
        let run = bench.run(&[
            ("ok", &service("ok", STAYS, HEALTHY)),
            ("asked", &service("asked", "exit 1", "profiles: [debug]")),
        ]);
        let environment = run.up();
        assert_eq!(*environment.ready(), [("ok".to_owned(), How::Healthy)].into());
        run.is_gone(&environment.down(), &["ok"]);
    });
}

#[test]
fn a_later_file_changes_an_earlier_one() {
    by_each_flavour(|bench| {
        let sick = "healthcheck: {test: [CMD, \"false\"], interval: 1s, retries: 1}";
        let first = compose(&[("web", &service("web", STAYS, sick))]);
        // What is mounted is looked for from the first file on.
        let second = compose(&[
            (
                "web",
                &format!("{{{HEALTHY}, volumes: [\"./page:/srv\"], ports: [\"8000\"]}}"),
            ),
            ("job", &service("job", "true", "restart: \"no\"")),
        ]);
        bench.file("page/index.html", "of the project\n");
        let first = first.replace(STAYS, SERVES);
        let run = bench.run_of(&[
            bench.file("compose.yml", &first),
            bench.file("ci/test.yml", &second),
        ]);
        let environment = run.up();
        assert_eq!(environment.ready()["web"], How::Healthy);
        assert!(matches!(environment.ready()["job"], How::Done(_)));
        assert_eq!(
            fetch(&environment.variables()["SDD_SERVICE_WEB_8000"]),
            "of the project\n"
        );
        run.is_gone(&environment.down(), &["job", "web"]);
    });
}

#[test]
fn directories_may_have_odd_names() {
    by_each_flavour(|bench| {
        let bench = bench.in_directory("Grüße aus  dem Süden");
        bench.file("öffentlich hier/index.html", "grüß dich\n");
        let rest = format!("{HEALTHY}, volumes: [\"./öffentlich hier:/srv\"], ports: [\"8000\"]");
        let text = compose(&[("web", &service("web", SERVES, &rest))]);
        let run = bench.run_of(&[bench.file("für tests/../compose datei.yml", &text)]);
        let environment = run.up();
        assert_eq!(
            fetch(&environment.variables()["SDD_SERVICE_WEB_8000"]),
            "grüß dich\n"
        );
        run.is_gone(&environment.down(), &["web"]);
    });
}
