use super::*;

const RICH: [(&str, &str); 2] = [
    (
        "v1",
        include_str!("../../../tests/fixtures/compose/v1/rich.config.yml"),
    ),
    (
        "v2",
        include_str!("../../../tests/fixtures/compose/v2/rich.config.yml"),
    ),
];

#[test]
fn versions_1_and_2_read_the_same() {
    for (flavour, text) in RICH {
        let rendered = read(text).unwrap();
        assert_eq!(
            rendered.services.keys().collect::<Vec<_>>(),
            ["api", "cache", "db"],
            "{flavour}"
        );
        assert!(rendered.external_volumes.contains("kept-by-others"));
        assert!(rendered.external_volumes.contains("kept"));
        assert!(rendered.external_networks.is_empty());

        let api = &rendered.services["api"];
        assert_eq!(api.image.as_deref(), Some("sdd-test/busybox:1"));
        assert_eq!(api.container_name.as_deref(), Some("the-api"));
        assert!(api.privileged && !api.has_check && !api.host_network);
        assert_eq!(api.restart, None);
        let ports: Vec<String> = api
            .ports
            .iter()
            .map(|port| {
                let published = port.published.as_deref().unwrap_or("-");
                let ip = port.host_ip.as_deref().unwrap_or("*");
                format!("{ip} {published} {} {}", port.target, port.protocol)
            })
            .collect();
        assert_eq!(
            ports,
            [
                "* 18000 8000 tcp",
                "127.0.0.1 18001 8001 udp",
                "* - 8002 tcp",
                "* 18010 8010 tcp",
                "* 18011 8011 tcp"
            ],
            "{flavour}"
        );
        let bound: Vec<&str> = api
            .mounts
            .iter()
            .filter(|mount| mount.kind == MountKind::Bind)
            .map(|mount| mount.source.as_str())
            .collect();
        assert_eq!(
            bound,
            [
                "/var/run/docker.sock",
                "/project/tests/fixtures/compose/src",
                "/project/tests/fixtures/outside",
                "/project/tests/fixtures/compose/long"
            ]
        );
        assert_eq!(
            api.mounts.last().map(|mount| (mount.kind, mount.target.as_str())),
            Some((MountKind::Volume, "/anonymous"))
        );
        assert_eq!(api.depends_on["db"], Condition::Started);

        let db = &rendered.services["db"];
        assert!(db.has_check);
        assert_eq!(db.restart.as_deref(), Some("no"));
        assert_eq!(db.mounts[0].kind, MountKind::Other);
        assert_eq!(db.ports[0].published.as_deref(), Some("15432"));
        assert!(!rendered.services["cache"].has_check);
    }
}

#[test]
fn conditions_and_profiles_are_told_apart() {
    for text in [
        include_str!("../../../tests/fixtures/compose/v1/conditions.config.yml"),
        include_str!("../../../tests/fixtures/compose/v2/conditions.config.yml"),
    ] {
        let rendered = read(text).unwrap();
        let active: Vec<&str> = rendered.active().map(|(name, _)| name).collect();
        assert_eq!(active, ["api", "cache", "db", "migrate"]);
        let api = &rendered.services["api"];
        assert_eq!(api.depends_on["migrate"], Condition::Completed);
        assert_eq!(api.depends_on["db"], Condition::Healthy);
        assert_eq!(api.depends_on["cache"], Condition::Started);
        assert!(rendered.is_awaited("migrate") && !rendered.is_awaited("db"));
        assert!(rendered.services["cache"].host_network);
        assert_eq!(rendered.services["cache"].container_name, None);
        assert!(!rendered.services["db"].has_check);
    }
}

#[test]
fn a_service_may_be_named_with_its_version() {
    let rendered = read(
        "services:\n  mailer: {image: 'axllent/mailpit:v1'}\n  own: {build: ., image: 'own:dev'}\n  bare: {build: .}\n  \
         postgres: {image: 'postgres:15.1'}\n",
    )
    .unwrap();
    for (wanted, expect) in [
        ("mailer:9.9", Some("mailer")),
        ("own:2", Some("own")),
        ("bare:2", Some("bare")),
        ("postgres:15", Some("postgres")),
        ("postgres:14", None),
        ("mailpit:9.9", None),
        ("host:5000/mailer", None),
    ] {
        assert_eq!(rendered.named(wanted).first().copied(), expect, "{wanted}");
    }
    assert!(rendered.versioned("postgres:14").is_none());
    assert!(rendered.versioned("mailer").is_none());
}

#[test]
fn services_of_the_profiles_that_are_asked_for_run() {
    let text = "services:\n  a: {image: x}\n  b: {image: x, profiles: [dev, test]}\n  c: {image: x, profiles: [ops]}\n";
    let check = |profiles: Profiles, expect: &[&str]| {
        let mut rendered = read(text).unwrap();
        rendered.profiles = profiles;
        let active: Vec<&str> = rendered.active().map(|(name, _)| name).collect();
        assert_eq!(active, expect);
    };
    check(Profiles::default(), &["a"]);
    check(Profiles::of(""), &["a"]);
    check(Profiles::of("test, none"), &["a", "b"]);
    check(Profiles::Rendered, &["a", "b", "c"]);
}

#[test]
fn older_forms_are_read() {
    let rendered = read(
        "services:\n  a:\n    ports: ['8000', 80, '[::1]:90:91/udp', '127.0.0.1::70']\n    volumes: [v:/x:ro, /y, 'C:/z']\n    \
         depends_on: [b]\n    deploy: {replicas: 0}\n    healthcheck: {test: NONE}\n  b: {scale: 2}\n  c:\nvolumes:\n  v: {external: {name: real}}\n",
    )
    .unwrap();
    let a = &rendered.services["a"];
    let ports: Vec<(&str, Option<&str>, Option<&str>)> = a
        .ports
        .iter()
        .map(|port| {
            (
                port.target.as_str(),
                port.published.as_deref(),
                port.host_ip.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        ports,
        [
            ("8000", None, None),
            ("80", None, None),
            ("91", Some("90"), Some("::1")),
            ("70", None, Some("127.0.0.1"))
        ]
    );
    assert_eq!(
        (a.mounts[0].source.as_str(), a.mounts[1].source.as_str()),
        ("v", "")
    );
    assert_eq!(a.depends_on["b"], Condition::Started);
    assert!(!a.has_check);
    assert!(rendered.external_volumes.contains("real"));
    assert_eq!(
        rendered.active().map(|(name, _)| name).collect::<Vec<_>>(),
        ["b", "c"]
    );
}

#[track_caller]
fn refused(text: &str, expect: &str) {
    let error = read(text).unwrap_err().to_string();
    assert!(error.contains(expect), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn what_is_no_rendered_file_is_refused_without_quoting_it() {
    refused("", "no services");
    refused("services: {}", "no services");
    refused("Define and run multi-container applications", "no services");
    refused("services:\n  a: {PASSWORD: hunter2\n", "no YAML");
    refused("a: *hunter2", "no YAML");
}

#[test]
fn services_are_asked_for_by_name_or_by_image() {
    let rendered = read(
        "services:\n  db: {image: 'registry.example:5000/library/postgres:14-alpine'}\n  cache: {image: 'redis:7'}\n  \
         redis: {build: .}\n  off: {image: 'mysql:8', profiles: [p]}\n",
    )
    .unwrap();
    let check = |wanted: &str, expect: &[&str]| assert_eq!(rendered.named(wanted), expect, "{wanted}");
    check("db", &["db"]);
    check("postgres:14-alpine", &["db"]);
    check("postgres", &["db"]);
    check("postgres:14", &["db"]);
    check("postgres:1", &[]);
    check("postgres:14-", &[]);
    check("redis", &["redis"]);
    check("redis:7", &["cache"]);
    check("mysql:8", &[]);
    check("", &[]);
}

#[test]
fn volumes_of_the_project_are_told_from_those_of_others() {
    let text = "services: {a: {image: x}}\nvolumes: {a: {name: p_a}, b: {}, c: {external: true, name: t}, \
                d: {external: {name: u}}}\n";
    let rendered = read(text).unwrap();
    assert_eq!(rendered.own_volumes, BTreeSet::from(["p_a".to_owned()]));
    let others = ["c", "d", "t", "u"].map(str::to_owned);
    assert_eq!(rendered.external_volumes, BTreeSet::from(others));
    let text =
        "services: {a: {image: x}}\nnetworks: {a: {name: shared}, b: {}, c: {external: true, name: t}}\n";
    assert_eq!(
        read(text).unwrap().own_networks,
        BTreeSet::from(["shared".to_owned()])
    );
}

#[test]
fn variables_that_are_not_set_are_read_from_what_each_version_says() {
    let said = "time=\"2026-11-29T09:15:49Z\" level=warning msg=\"The \\\"DB_PASSWORD\\\" variable is not set. \
                Defaulting to a blank string.\"\nWARNING: The MY_FLAG variable is not set. Defaulting to a blank \
                string.\nother\n";
    let names = ["DB_PASSWORD", "MY_FLAG"].map(str::to_owned);
    assert_eq!(unset(said), BTreeSet::from(names));
}

#[test]
fn ranges_of_ports_read_the_same_whoever_prints_them() {
    let expect = [
        "* 18473-18474 8000 tcp",
        "* 18483 8001 tcp",
        "* 18484 8002 tcp",
        "127.0.0.1 18493-18494 8003 udp",
        "::1 18513 8020 tcp",
        "::1 18514 8021 tcp",
    ];
    for (flavour, text) in [
        (
            "v1",
            include_str!("../../../tests/fixtures/compose/v1/ranges.config.yml"),
        ),
        (
            "v2",
            include_str!("../../../tests/fixtures/compose/v2/ranges.config.yml"),
        ),
        // As it is written.
        (
            "podman",
            include_str!("../../../tests/fixtures/compose/ranges.yml"),
        ),
    ] {
        let rendered = read(text).unwrap();
        let ports = rendered.services["api"].ports.iter();
        let fixed = ports.filter_map(|port| {
            let published = port.published.as_deref()?;
            let ip = port.host_ip.as_deref().unwrap_or("*");
            Some(format!("{ip} {published} {} {}", port.target, port.protocol))
        });
        assert_eq!(fixed.collect::<Vec<_>>(), expect, "{flavour}");
    }
    // Only version 2 takes a range in the long form. Recorded from it.
    let long = "{target: 8005, published: 18503-18504, protocol: tcp, mode: ingress}";
    let rendered = read(&format!("services: {{a: {{ports: [{long}]}}}}")).unwrap();
    assert_eq!(rendered.services["a"].ports[0].numbers(), Some(18503..=18504));
}

#[test]
fn what_is_no_port_of_the_machine_is_none() {
    let check = |published: &str, expect: Option<std::ops::RangeInclusive<u16>>| {
        let rendered = read(&format!("services: {{a: {{ports: ['{published}:80-81']}}}}")).unwrap();
        let ports = &rendered.services["a"].ports;
        assert_eq!((ports.len(), ports[0].numbers()), (1, expect), "{published}");
    };
    check("8000", Some(8000..=8000));
    // Ranges of different lengths are refused by Compose, and stay as they are.
    check("8000-8002", Some(8000..=8002));
    check("8002-8000", None);
    check("65536", None);
    check("a-b", None);
    check("", None);
}
