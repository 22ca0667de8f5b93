//! Runs and projects side by side.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sdd::compose::ask;
use sdd::compose::journal::{self, Standing};
use sdd::compose::project::{Calls, Project};
use sdd::compose::sweep;
use sdd::process::clock::Clock;

use super::bench::{Bench, HEALTHY, STAYS, by_each_flavour, by_the_plugin, fetch, service, storing};

#[test]
fn two_runs_of_one_file_do_not_meet() {
    by_each_flavour(|bench| {
        let rest = format!("{HEALTHY}, ports: [\"8000\"], volumes: [\"stored:/srv\"]");
        // Whoever finds the other one's file ends.
        let script =
            "[ ! -e /srv/index.html ] || exit 9; hostname > /srv/index.html; exec httpd -f -p 8000 -h /srv";
        let file = [bench.file(
            "compose.yml",
            &storing(&[("web", &service("web", script, &rest))]),
        )];
        let runs = [bench.run_of(&file), bench.run_of(&file)];
        let [first, second] = &runs;
        // Who fails drops its end, and the other one does not wait for it.
        let (up, is_up) = mpsc::channel();
        let (down, is_down) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                let environment = first.up();
                is_up.recv().unwrap();
                first.is_gone(&environment.down(), &["web"]);
                down.send(()).unwrap();
            });
            scope.spawn(move || {
                let mut environment = second.up();
                let address = environment.variables()["SDD_SERVICE_WEB_8000"].clone();
                let before = fetch(&address);
                up.send(()).unwrap();
                is_down.recv().unwrap();
                assert!(environment.fallen().unwrap().is_empty());
                assert_eq!(fetch(&address), before);
                second.is_gone(&environment.down(), &["web"]);
            });
        });
        assert_ne!(runs[0].project.name, runs[1].project.name);
    });
}

#[test]
fn what_a_dead_sdd_left_is_swept_and_nothing_else() {
    by_each_flavour(|bench| {
        let rest = format!("{HEALTHY}, volumes: [\"stored:/srv\", /nameless]");
        let file = [bench.file("compose.yml", &storing(&[("ok", &service("ok", STAYS, &rest))]))];
        let (dead, alive) = (bench.run_of(&file), bench.run_of(&file));
        // Somebody's own project, with a name that begins like that of the dead one.
        let foreign = Project {
            name: format!("{}-2", dead.project.name),
            files: file.to_vec(),
            env_file: None,
            profiles: Vec::new(),
        };
        let calls = Calls {
            flavour: &bench.flavour,
            project: &foreign,
        };
        let call = |call| ask::ask_well(&dead.runner, bench.store.root(), &call).unwrap();
        let theirs = || bench.engine.things_of(&foreign.name);

        call(calls.up(Duration::from_secs(100)));
        let before = theirs();
        assert_eq!(before.len(), 3, "{before:?}");
        dead.up().keep(Duration::from_secs(1_000)).unwrap();
        let mut entry = journal::read_of(&bench.store, &dead.id).unwrap().unwrap();
        entry.kept = false;
        entry.owner.pid_start_time += 1;
        journal::write(&bench.store, &entry).unwrap();
        let mut living = alive.up();

        let swept = sweep(bench);
        assert_eq!(swept, [(dead.id.clone(), Standing::Abandoned)]);
        dead.nothing_is_left();
        assert_eq!(theirs(), before);
        assert!(living.fallen().unwrap().is_empty());
        alive.is_gone(&living.down(), &["ok"]);
        call(calls.down(Duration::ZERO));
        assert_eq!(theirs(), [""; 0]);
    });
}

#[test]
fn what_is_kept_stays_until_its_time_is_over() {
    by_the_plugin(|bench| {
        let run = bench.run(&[("ok", &service("ok", STAYS, HEALTHY))]);
        run.up().keep(Duration::from_secs(1_000)).unwrap();
        assert_eq!(sweep(bench), []);
        assert_ne!(bench.engine.things_of(&run.project.name), [""; 0]);
        let mut entry = journal::read_of(&bench.store, &run.id).unwrap().unwrap();
        entry.expires = entry.created;
        journal::write(&bench.store, &entry).unwrap();
        assert_eq!(sweep(bench), [(run.id.clone(), Standing::Expired)]);
        run.nothing_is_left();
    });
}

/// Sweeps; what is swept must be gone.
#[track_caller]
fn sweep(bench: &Bench) -> Vec<(String, Standing)> {
    let sweeper = bench.run_of(&[]);
    let address = bench.engine.address();
    let now = Clock::System.now();
    let swept = sweep::sweep(
        &bench.store,
        &sweeper.runner,
        &bench.flavour,
        Some(&address),
        now,
        sweep::Scope::Due,
    )
    .swept;
    let swept = swept.into_iter().map(|swept| {
        let cleaned = swept.result.unwrap();
        assert!(cleaned.left.is_nothing() && !cleaned.forced, "{cleaned:?}");
        (swept.entry.run, swept.standing)
    });
    swept.collect()
}
