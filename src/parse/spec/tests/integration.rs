//! What integration tests have.

use super::*;

/// Checks what is read of one section.
#[track_caller]
fn section(title: &str, body: &str, kinds: &[&str], expect: &[&str]) {
    check(
        &format!("# Integration Test: x\n## {title}\n{body}"),
        kinds,
        expect,
    );
}

#[test]
fn components_with_their_versions() {
    section(
        "Scope",
        "**Components:**\n- Component A: order-service 1.4\n- Order API: `v2.3.0` (takes orders)\n\
         - Database: PostgreSQL `14.2` (orders)\n- postgres:14\n- team/api@sha-1:latest\n- Cache (version 7)\n\
         - Service 2: pays\n- Mail\n  - a detail\n- **Gateway** - the entry\n",
        &["component"],
        &[
            "4 component: order-service @ 1.4",
            "5 component: Order API @ v2.3.0",
            "6 component: Database: PostgreSQL @ 14.2",
            "7 component: postgres @ 14",
            "8 component: team/api@sha-1 @ latest",
            "9 component: Cache @ 7",
            "10 component: Service 2 @ -",
            "11 component: Mail @ -",
            "13 component: Gateway @ -",
        ],
    );
    section(
        "Scope",
        "### Components\n- a:1\n### Integration Points\n- a → b\n- `queue`\n",
        &["component", "point"],
        &["4 component: a @ 1", "6 point: a → b", "7 point: queue"],
    );
}

#[test]
fn scenarios_in_every_shape() {
    let expect = &[
        "3 scenario: Pay",
        "5 setup: a",
        "7 action: b",
        "8 action: c",
        "10 expected: d",
    ];
    let kinds = &["scenario", "setup", "action", "expected"];
    section(
        "Test Scenarios",
        "### Scenario 1: Pay\n**Setup:**\n- a\n**Actions:**\n1. b\n2. c\n**Expected Results:**\n- d\n",
        kinds,
        expect,
    );
    section(
        "Test Scenarios",
        "### Pay\n#### Setup\n- a\n#### Steps\n1. b\n2. c\n#### Expected Result\n- d\n",
        kinds,
        expect,
    );
    section(
        "Test Scenarios",
        "### Test 7 - Pay\nSetup:\n- a\n\n*Actions*:\n1. b\n2. c\n\n**Then**\n- d\n",
        kinds,
        &[
            "3 scenario: Pay",
            "5 setup: a",
            "8 action: b",
            "9 action: c",
            "12 expected: d",
        ],
    );
    section(
        "Test Scenarios",
        "### Scenario: Pay\n- **Setup:**\n  - a\n- **Actions:**\n  1. b\n  2. c\n- **Expected Results:**\n  - d\n",
        kinds,
        expect,
    );
    section(
        "Test Scenarios",
        "**Scenario 1: Pay**\n\n**Setup:** a\n\n**Actions:** b\n\n**Expected Results:** d\n\n**Scenario 2:** Refuse\n\
         **Setup:** e\n",
        kinds,
        &[
            "3 scenario: Pay",
            "5 setup: a",
            "7 action: b",
            "9 expected: d",
            "11 scenario: Refuse",
            "12 setup: e",
        ],
    );
    section(
        "Test Scenarios",
        "1. Scenario 1: Pay\n   - Setup\n     - a\n   - Actions: b\n   - Expected Results\n     - d\n2. Refuse\n",
        kinds,
        &[
            "3 scenario: Pay",
            "5 setup: a",
            "6 action: b",
            "8 expected: d",
            "9 scenario: Refuse",
        ],
    );
}

#[test]
fn every_heading_below_test_scenarios_is_a_scenario() {
    section(
        "Test Scenarios",
        "Words.\n### test_parse.py -- Parsing\n### Scenario 2\n### Tests of the queue\n#### Setup\n**Services:**\n- a\n\
         **Notes:**\n- b\n",
        &["scenario", "setup"],
        &[
            "4 scenario: test_parse.py -- Parsing",
            "5 scenario: Scenario 2",
            "6 scenario: Tests of the queue",
            "9 setup: a",
            "11 setup: b",
        ],
    );
}

#[test]
fn a_label_that_is_not_known_ends_the_one_before() {
    section(
        "Test Scenarios",
        "### Pay\n**Description:**\n> words\n\n**Sequence Diagram:**\n```mermaid\n## not a heading\n```\n**Setup:**\n- a\n\
         **Notes:**\n- not setup\n**Actions:**\n```bash\ncurl http://localhost\n```\n**Expected Results:**\n1. Setup: is kept\n",
        &["scenario", "setup", "action", "expected", "###"],
        &[
            "3 ###: Pay",
            "3 scenario: Pay",
            "12 setup: a",
            "16 action: curl http://localhost",
            "20 expected: Setup: is kept",
        ],
    );
}

const LIMITS: &[&str] = &[
    "limit",
    "minimum",
    "target",
    "resource",
    "ramp up",
    "sustained",
    "ramp down",
    "threads",
    "connections",
    "endpoint",
    "odd",
];

#[test]
fn limits_with_their_units() {
    section(
        "Performance Benchmarks",
        "**Response Time Requirements:**\n- p50 (median): < 500ms\n- P95: <= 1.5 s\n- p99.9: < 10000ms\n\
         - 90th percentile: 700 ms\n- Maximum: 20 s\n\n**Throughput Requirements:**\n- Minimum: 50 orders/minute (baseline)\n\
         - Target: 2k rps\n- Maximum tested: 500 orders/minute\n\n**Resource Limits:**\n- CPU: < 80% utilization\n\
         - Memory: < 2GB per service\n- Disk I/O: < 50MB/s\n\n**Load Test Duration:**\n- Ramp-up: 5 minutes\n\
         - Sustained load: 15 minutes\n- Ramp-down: 90s\n- Threads: 4\n- Connections: 1,000\n",
        LIMITS,
        &[
            "4 limit: p50 500 ms",
            "5 limit: p95 1500 ms",
            "6 limit: p99.9 10000 ms",
            "7 limit: p90 700 ms",
            "8 limit: p100 20000 ms",
            "11 minimum: 0.8333333333333334",
            "12 target: 2000",
            "21 ramp up: 300",
            "22 sustained: 900",
            "23 ramp down: 90",
            "24 threads: 4",
            "25 connections: 1000",
            "16 resource: cpu_percent 80",
            "17 resource: memory_bytes 2000000000 each",
            "18 resource: disk_bytes_per_sec 50000000",
        ],
    );
}

#[test]
fn limits_without_labels_around_them() {
    section(
        "Performance Benchmarks",
        "- Endpoint: `POST /orders`\n- Response time: p95 < 500ms, p99 < 1 s\n- Throughput: > 100 req/s\n- Memory: 512MiB\n",
        LIMITS,
        &[
            "4 limit: p95 500 ms",
            "4 limit: p99 1000 ms",
            "5 minimum: 100",
            "6 resource: memory_bytes 536870912",
            "3 endpoint: POST /orders",
        ],
    );
    section(
        "Performance Benchmarks",
        "### Load Test Configuration\n```yaml\nload_test:\n  ramp_up: 5 minutes # slowly\n  sustained: 15 minutes\n  ramp_down: 1m\n\
         \x20 weight: 80%\n```\n",
        LIMITS,
        &["6 ramp up: 300", "7 sustained: 900", "8 ramp down: 60"],
    );
    section(
        "Performance Benchmarks",
        "### Throughput\nAt least 40 requests/second must be served.\n",
        LIMITS,
        &["4 minimum: 40"],
    );
}

#[test]
fn what_cannot_be_understood_is_never_a_number() {
    section(
        "Performance Benchmarks",
        "**Response Time Requirements:**\n- p50: < 500\n- p95: < 5 parsecs\n- p99: fast\n- p90: > 5ms\n- p75: [limit]\n\
         - p50/p95/p99: 100/200/300 ms\n- average: < 20ms\n\n**Throughput Requirements:**\n- Minimum: 100\n- Target: 100 users\n\n\
         **Resource Limits:**\n- Memory: < 80%\n- Database connections: < 50 active\n\n**Load:**\n- Ramp-up: 5\n- Threads: some\n\
         - Ramp-down: 5-10 minutes\n",
        LIMITS,
        &[
            "4 odd: unknown_unit p50: \"< 500\" has no unit, so it limits nothing",
            "5 odd: unknown_unit p95: \"< 5 parsecs\" has a unit that is not known here, so it limits nothing",
            "6 odd: unknown_unit p99: \"fast\" has no number that can be read, so it limits nothing",
            "7 odd: wrong_side p90: \"> 5ms\" points the wrong way, so it limits nothing",
            "8 odd: placeholder \"[limit]\" is still to be filled in",
            "9 odd: unknown_unit p50: \"/\" has no number that can be read, so it limits nothing",
            "9 odd: unknown_unit p95: \"/\" has no number that can be read, so it limits nothing",
            "9 odd: unknown_unit p99: \"100/200/300 ms\" has a unit that is not known here, so it limits nothing",
            "10 odd: not_checked \"average: < 20ms\" is nothing that is measured; nobody will check it",
            "13 odd: unknown_unit the minimum: \"100\" has no unit, so it limits nothing",
            "14 odd: unknown_unit the target: \"100 users\" has a unit that is not known here, so it limits nothing",
            "17 odd: unknown_unit memory: \"< 80%\" has no unit, so it limits nothing",
            "18 odd: not_checked \"Database connections: < 50 active\" is nothing that is measured; nobody will check it",
            "21 odd: unknown_unit ramp up: \"5\" has no unit, so it limits nothing",
            "22 odd: unknown_unit threads: \"some\" has no number that can be read, so it limits nothing",
            "23 odd: unknown_unit ramp down: \"5-10 minutes\" is a range; one limit is needed, so it limits nothing",
        ],
    );
}

#[test]
fn a_limit_without_its_heading_is_told_and_prose_is_not() {
    section(
        "Performance Benchmarks",
        "- Latency: < 5 furlongs\n- Minimum: 50 orders/minute\n- Measured by: 3 people\n",
        LIMITS,
        &[
            "3 odd: not_checked \"Latency: < 5 furlongs\" is nothing that is measured; nobody will check it",
            "4 odd: not_checked \"Minimum: 50 orders/minute\" is nothing that is measured; nobody will check it",
        ],
    );
}

#[test]
fn checklists_among_the_limits_are_no_limits() {
    section(
        "Performance Benchmarks",
        "- [ ] p95 < 1ms\n\n**Response Time Requirements:**\n- p95: < 500ms\n- p95: < 9ms\n\n**Acceptance Criteria:**\n- p95 < 5ms\n\n\
         **Example:** p99 < 3ms\n",
        LIMITS,
        &[
            "6 limit: p95 500 ms",
            "7 odd: given_twice p95 is limited on line 6 already; that one counts",
        ],
    );
}

#[test]
fn contracts_in_every_shape() {
    let kinds = &["contract", "odd"];
    section(
        "API Contracts",
        "**Service A → Service B:**\n- Contract file: `contracts/a-to-b.yaml`\n- Version: 1.2.0\n- Breaking changes: None allowed\n\n\
         **Service B → Database:**\n- Schema file: `schemas/db.sql`\n- Migrations: `migrations/2.sql`\n\n\
         **Orders API:**\n\n- Contract file: contracts\\orders.yaml\n- Version: `2.1`\n- Previous version: `v2:contracts/orders.yaml`\n\
         - Breaking changes: Allowed\n- Example request:\n\n```json\nPOST /api/orders\n{\"Version\": 3}\n```\n",
        kinds,
        &[
            "3 contract: Service A → Service B | contracts/a-to-b.yaml | 1.2.0 | - | unbroken",
            "12 contract: Orders API | contracts/orders.yaml | 2.1 | v2:contracts/orders.yaml | breaking",
        ],
    );
    section(
        "API Contracts",
        "### A → B\n**Contract file:** a.yaml (OpenAPI 3.1)\n**Version:** 1\n",
        kinds,
        &["3 contract: A → B | a.yaml | 1 | - | unbroken"],
    );
    section(
        "API Contracts",
        "- **A → B:**\n  - Contract file: `a.yaml`\n  - Version: 1\n- **B → C:** `b.yaml`\n  - Version: 2\n",
        kinds,
        &[
            "3 contract: A → B | a.yaml | 1 | - | unbroken",
            "6 contract: B → C | b.yaml | 2 | - | unbroken",
        ],
    );
    section(
        "API Contracts",
        "- Contract file: `a.yaml`\n- Version: 1\n- Contract file: `b.yaml`\n- `c.json` (version 3)\n- `openapi/d.yml`, v4\n",
        kinds,
        &[
            "3 contract: - | a.yaml | 1 | - | unbroken",
            "5 contract: - | b.yaml | - | - | unbroken",
            "6 contract: - | c.json | 3 | - | unbroken",
            "7 contract: - | openapi/d.yml | v4 | - | unbroken",
        ],
    );
}

#[test]
fn a_version_before_that_is_not_filled_in_is_no_contract_without_one() {
    for (line, is_unclear) in [
        ("- Previous version: [version]", true),
        (
            "- Previous version: [file or GITREV:PATH, or remove this line]",
            true,
        ),
        ("- Previous version:", true),
        ("- **Previous version:**", true),
        ("- Previos version: `v1.yaml`", true),
        ("- Prev version: `v1.yaml`", true),
        ("- Baseline: `v1.yaml`", true),
        ("**Prior contract:** `v1.yaml`", true),
        ("- Previous version: none", false),
        ("- Previous version: `v1.yaml`", false),
        ("- Owner: team-a", false),
        ("- Endpoint: `POST /orders`", false),
        ("", false),
    ] {
        let text = format!(
            "# Integration Test: x\n## API Contracts\n**a → b:**\n- Contract file: `a.yaml`\n{line}\n"
        );
        let spec = read("s", text.as_bytes());
        let [contract] = &spec.integration.contracts[..] else {
            panic!("{line}: {:?}", spec.integration.contracts);
        };
        let contract = &contract.value;
        assert_eq!(
            contract.previous_unclear.is_some(),
            is_unclear,
            "{line}: {contract:?}"
        );
        assert_eq!(contract.contract_file.as_deref(), Some("a.yaml"), "{line}");
        let is_named = line.starts_with("- Previous version: `");
        assert_eq!(contract.previous_version.is_some(), is_named, "{line}");
    }
}

#[test]
fn a_contract_without_a_file_is_still_one() {
    section(
        "API Contracts",
        "**A → B:**\n- REST over HTTP\n\n**C → D:**\n- Version: 2\n\n**Notes:**\n- none\n\n**E → F:**\n- Contract file: [path]\n",
        &["contract"],
        &[
            "3 contract: A → B | - | - | - | unbroken",
            "6 contract: C → D | - | 2 | - | unbroken",
            "12 contract: E → F | - | - | - | unbroken",
        ],
    );
}

#[test]
fn breaking_changes_are_allowed_only_clearly() {
    for (words, allowed, clear) in [
        ("None allowed", false, true),
        ("None allowed without major version bump", false, true),
        ("Not allowed", false, true),
        ("No", false, true),
        ("false", false, true),
        ("Allowed", true, true),
        ("yes", true, true),
        ("Allowed with approval", false, false),
        ("Only additive", false, false),
        ("Yes, see ADR-7", true, true),
        ("Yes (ADR-7)", true, true),
        ("Allowed: the old clients are gone", true, true),
        ("yes.", true, true),
        ("Yes see ADR-7", false, false),
        ("Yes, but not in fields", false, false),
        ("Yes, after ADR-7", false, false),
        ("Yes, with approval", false, false),
        ("Allowed (major versions only)", false, false),
        ("No, see ADR-7", false, true),
        ("Removals are not", false, true),
        ("See ADR-7", false, false),
    ] {
        let spec = read(
            "s",
            format!("# Integration Test: x\n## API Contracts\n- Contract file: a.yaml\n- Breaking changes: {words}\n").as_bytes(),
        );
        let contract = &spec.integration.contracts[0].value;
        assert_eq!(contract.allow_breaking_changes, allowed, "{words}");
        assert_eq!(contract.breaking_changes.as_deref(), Some(words));
        assert_eq!(spec.oddities.is_empty(), clear, "{words}");
    }
}

#[test]
fn services_with_tags_ports_and_notes() {
    let kinds = &["service", "odd"];
    section(
        "Environment Requirements",
        "**Services Required:**\n- postgres:14.2 (port 5432)\n- rabbitmq:3.11 (ports 5672, 15672)\n\
         - smtp-mock:latest (port 1025) - for email (in tests)\n- service-a\n- `redis:7` — cache\n- localhost:5000/team/api:1.2\n\
         - PostgreSQL 14\n- Redis: 7 (cache)\n- Database: postgres:16\n- Payment API (port 8002)\n- postgres:${PG}\n\
         - db:1 (port 99999)\n- web:1 (port 8080:80)\n  - a detail\n- [ ] mail:2\n",
        kinds,
        &[
            "4 service: postgres:14.2 [5432] -",
            "5 service: rabbitmq:3.11 [5672, 15672] -",
            "6 service: smtp-mock:latest [1025] for email (in tests)",
            "7 service: service-a:- [] -",
            "8 service: redis:7 [] cache",
            "9 service: localhost:5000/team/api:1.2 [] -",
            "10 service: PostgreSQL:14 [] -",
            "11 service: Redis:7 [] cache",
            "12 service: postgres:16 [] -",
            "13 service: Payment API:- [8002] -",
            "14 service: postgres:${PG} [] -",
            "15 service: db:1 [] -",
            "16 service: web:1 [8080] -",
            "18 service: mail:2 [] -",
            "15 odd: bad_port \"99999\" is no port of db",
        ],
    );
}

#[test]
fn services_behind_their_label() {
    let kinds = &["service", "odd"];
    let check = |written: &str, expect: &[&str]| {
        section(
            "Environment Requirements",
            &format!("**Services Required:** {written}\n"),
            kinds,
            expect,
        );
    };
    check("api", &["3 service: api:- [] -"]);
    check(
        "`db`, redis:7",
        &["3 service: db:- [] -", "3 service: redis:7 [] -"],
    );
    for nothing in [
        "none",
        "None",
        "N/A",
        "TBD",
        "those of the compose file",
        "see below:",
        "-",
    ] {
        check(nothing, &[]);
    }
}

#[test]
fn files_of_the_environment() {
    let kinds = &["compose", "config", "fixture", "setting", "odd"];
    section(
        "Environment Requirements",
        "**Configuration:**\n- Environment: integration-test\n- Config files: `config/*.yaml`, `.env.test` and more\n\
         - Secrets: Loaded from `.env.secret`\n\n**Infrastructure:**\n- Docker Compose file: `.\\docker-compose.integration.yml`\n\
         - Volumes: `data/`\n\n**Test Data Fixtures:**\n- Location: `tests/data.sql`\n- Includes: 10 and/or 5 products, i.e. few\n\
         - seed.py\n",
        kinds,
        &[
            "9 compose: docker-compose.integration.yml",
            "5 config: config/*.yaml",
            "5 config: .env.test",
            "13 fixture: tests/data.sql",
            "15 fixture: seed.py",
        ],
    );
    section(
        "Environment Requirements",
        "### Config Files\n- config/a.toml\n### Infrastructure\n- `ops/compose.yml`\n- Fixtures: tests/a.sql, tests/b.sql\n",
        kinds,
        &[
            "6 compose: ops/compose.yml",
            "4 config: config/a.toml",
            "7 fixture: tests/a.sql",
            "7 fixture: tests/b.sql",
        ],
    );
    section(
        "Environment Requirements",
        "**Test Data Fixtures:**\n- `test data/a.sql` - the users\n- `my users.sql`\n- `fixtures/*.sql`, `b c.py`\n\
         - run `python tests/seed.py`\n- `psql -f d.sql`\n- as `terraform apply plan.tf` does\n",
        kinds,
        &[
            "4 fixture: test data/a.sql",
            "5 fixture: my users.sql",
            "6 fixture: fixtures/*.sql",
            "6 fixture: b c.py",
            "7 fixture: tests/seed.py",
            "8 fixture: d.sql",
            "9 fixture: plan.tf",
        ],
    );
}

#[test]
fn every_compose_file_that_is_asked_for_is_kept_in_its_order() {
    let check = |text: &str, expect: &[&str]| {
        section(
            "Environment Requirements",
            text,
            &["compose", "config", "odd"],
            expect,
        );
    };
    check(
        "### Infrastructure\n- Compose file: `compose.yml`, `ops/test.yaml` (see `docs/compose.md`)\n\
         - Compose override: more.yml\n- Compose file: compose.yml\n",
        &[
            "4 compose: compose.yml",
            "4 compose: ops/test.yaml",
            "5 compose: more.yml",
        ],
    );
    check(
        "### Infrastructure\n- `compose.yml`\n- `compose.test.yml` - what tests add\n\nUnlike `compose.dev.yml` it is small.\n",
        &["4 compose: compose.yml", "5 compose: compose.test.yml"],
    );
    check(
        "### Infrastructure\n- `compose.yml` and `compose.test.yml`\n",
        &["4 compose: compose.yml", "4 compose: compose.test.yml"],
    );
}

#[test]
fn variables_of_fences() {
    let kinds = &["setting", "odd"];
    section(
        "Environment Requirements",
        "```env\n# words\nA=1\nexport B=\"two words\"\nC=\n```\n```yaml\nD: 4\nE=5\n```\n```bash\ndocker compose up\n```\n\
         ```\nF=6\nmake all\n```\n- in a list:\n  ```\n  G=a=b\n  ```\n",
        kinds,
        &[
            "5 setting: A=1",
            "6 setting: B=two words",
            "7 setting: C=",
            "22 setting: G=a=b",
            "18 odd: not_a_variable \"make all\" is no variable, so none of this block is taken as one",
        ],
    );
}

#[test]
fn a_real_one_is_read_whole() {
    insta::assert_snapshot!(outline(&read("s", fixture!("integration_test").as_bytes())).join("\n"));
}

#[test]
fn who_needs_whom_is_read_from_the_dependencies() {
    let text = "# Integration Test: X\n\n## Dependencies\n\n- feature_orders\n\n**Service Dependencies:**\n\
                - Component A depends on Component B API\n- `gateway` -> `api`\n- Both components depend on Redis cache.\n\
                - [Work item] depends on [another]\n- [ ] Test data fixtures created\n";
    check(
        text,
        &["needs"],
        &[
            "8 needs: Component A | Component B API",
            "9 needs: gateway | api",
            "10 needs: Both components | Redis cache",
        ],
    );
}
