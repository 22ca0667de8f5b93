//! What deployments have.

use super::*;

#[track_caller]
fn section(title: &str, body: &str, kinds: &[&str], expect: &[&str]) {
    check(&format!("# Deployment: x\n## {title}\n{body}"), kinds, expect);
}

#[test]
fn scope_and_environment() {
    section(
        "Deployment Scope",
        "**Application/Service:**\n- Name: order-api\n- Version: 2.5.0\n- Repository: https://git.example.com/a\n\
         - Branch/Tag: `v2.5.0` (signed)\n\n**Target Environment:**\n- Environment: \"production\"\n- Region: eu\n",
        &["name", "version", "repository", "branch", "environment", "odd"],
        &[
            "4 name: order-api",
            "5 version: 2.5.0",
            "6 repository: https://git.example.com/a",
            "7 branch: v2.5.0",
            "10 environment: production",
        ],
    );
}

#[test]
fn the_environment_in_every_shape() {
    for (body, expect) in [
        ("- Environment: staging", Some("staging")),
        ("- Environment: `staging` (eu-west-1)", Some("staging")),
        ("- **Environment**: Production", Some("Production")),
        ("**Target Environment:** staging", Some("staging")),
        ("**Target Environment:**\n- staging", Some("staging")),
        ("### Target Environment\nstaging", Some("staging")),
        ("Environment: staging", Some("staging")),
        ("- Environment: staging - the small one", Some("staging")),
        ("- Environment: [staging | production | development]", None),
        ("- Environment: staging | production", None),
        ("- Environment: staging or production", None),
        ("- Environment: [where]", None),
        ("- Environment: [staging, production]", None),
        ("- Environment:", None),
        ("**Target Environment:**\n- Region: eu", None),
        ("The environment configuration: production", None),
        ("```\nEnvironment: production\n```", None),
        ("<!-- Environment: production -->", None),
    ] {
        let spec = read(
            "s",
            format!("# Deployment: x\n## Deployment Scope\n{body}\n").as_bytes(),
        );
        let environment = spec.deployment.environment.map(|environment| environment.value);
        assert_eq!(environment.as_deref(), expect, "{body}");
    }
    section(
        "Deployment Scope",
        "- Environment: `[here | there]`\n",
        &["environment", "odd"],
        &[
            "3 odd: placeholder \"[here | there]\" is still to be filled in",
            "3 odd: open_choice \"[here | there]\" leaves open where to deploy",
        ],
    );
}

#[test]
fn the_environment_is_not_guessed_from_other_sections() {
    section(
        "Environment Configuration",
        "- Environment: production\n",
        &["environment"],
        &[],
    );
    section(
        "Target Environment",
        "- Environment: staging\n",
        &["environment"],
        &["3 environment: staging"],
    );
    section(
        "Target Environment",
        "staging\n",
        &["environment"],
        &["3 environment: staging"],
    );
}

const STEPS: &[&str] = &["pre", "step", "post", "back"];

#[test]
fn steps_of_each_stage_below_their_own_headings() {
    section(
        "Deployment Procedure",
        "### Pre-Deployment Steps\n1. a\n2. b\n### Deployment Steps\n1. c\n### Post-Deployment Steps\n- [ ] d\n  - of d\n",
        STEPS,
        &[
            "3 pre: heading",
            "4 pre: a",
            "5 pre: b",
            "6 step: heading",
            "7 step: c",
            "8 post: heading",
            "9 post: d / of d",
        ],
    );
    section(
        "Deployment Procedure",
        "### Pre-Deployment Checklist\n- [ ] a\n### Deployment\n1. b\n### Post-deployment verification\n1. c\n",
        STEPS,
        &[
            "3 pre: heading",
            "4 pre: a",
            "5 step: heading",
            "6 step: b",
            "7 post: heading",
            "8 post: c",
        ],
    );
    section(
        "Deployment Procedure",
        "**Pre-Deployment Steps:**\n- a\n\n**Deployment Steps:**\n- b\n",
        STEPS,
        &["3 pre: heading", "4 pre: a", "6 step: heading", "7 step: b"],
    );
}

#[test]
fn pre_deployment_steps_are_no_deployment_steps() {
    section(
        "Deployment Procedure",
        "### Pre-Deployment Steps\n1. a\n\nThe deployment steps follow.\n\n### Post-Deployment Steps\n1. b\n",
        STEPS,
        &["3 pre: heading", "4 pre: a", "8 post: heading", "9 post: b"],
    );
    // Without a heading they are steps, and their heading is missing.
    section(
        "Deployment Procedure",
        "1. a\n2. b\n",
        STEPS,
        &["3 step: a", "4 step: b"],
    );
    check(
        "# Deployment: x\n## Pre-Deployment Checklist\n- [ ] a\n## Deployment Procedure\n1. b\n## Post-Deployment Monitoring Period\n- c\n",
        STEPS,
        &["2 pre: heading", "3 pre: a", "5 step: b"],
    );
}

#[test]
fn steps_keep_their_code() {
    section(
        "Deployment Procedure",
        "### Deployment Steps\n1. Build\n\n```bash sdd id=build\nmake\n```\n\n2. Run\n   more\n   ```sh\n   a\n   ```\n   then\n   ```\n   b\n   ```\n\
         3. Tell\n",
        STEPS,
        &[
            "3 step: heading",
            "4 step: Build [6: bash sdd id=build]",
            "10 step: Run more / then [12: sh] [16: ]",
            "19 step: Tell",
        ],
    );
}

#[test]
fn steps_that_are_no_items() {
    section(
        "Deployment Procedure",
        "### Deployment Steps\n**Step 1: Prepare**\n```bash\na\n```\n**Step 2: Watch**\n\nFor a while.\n- closely\n\n#### 3. Close\n\
         ```bash\nb\n```\n",
        STEPS,
        &[
            "3 step: heading",
            "4 step: Step 1: Prepare [5: bash]",
            "8 step: Step 2: Watch / For a while. / closely",
            "13 step: 3. Close [14: bash]",
        ],
    );
    section(
        "Deployment Procedure",
        "### Pre-Deployment Checklist\n- [ ] a\n\n**Pre-Deployment Commands:**\n```bash\nb\n```\n**Notes:** careful\n### Deployment Steps\n\
         Run the script\nand wait:\n```bash\nc\n```\n```bash\nd\n```\n",
        STEPS,
        &[
            "3 pre: heading",
            "4 pre: a",
            "6 pre: Pre-Deployment Commands [7: bash]",
            "11 step: heading",
            "12 step: Run the script and wait [14: bash] [17: bash]",
        ],
    );
    section(
        "Deployment Procedure",
        "### Deployment Steps\n```bash\na\n```\n",
        STEPS,
        &["3 step: heading", "4 step:  [4: bash]"],
    );
}

#[track_caller]
fn below_steps(body: &str, expect: &[&str]) {
    section(
        "Deployment Procedure",
        &format!("### Deployment Steps\n{body}"),
        &["pre", "step", "post", "back", "odd"],
        &[&["3 step: heading"], expect].concat(),
    );
}

#[test]
fn rows_of_a_table_are_steps() {
    below_steps(
        "| # | What | Who |\n|---|:---|---|\n| 1 | Stop the workers | `ops` |\n| 2 | Start them | |\n\n1. Then this\n",
        &[
            "6 step: Stop the workers | ops",
            "7 step: Start them",
            "9 step: Then this",
        ],
    );
    below_steps(
        "What | Who\n---|---\nStop | ops\nStart | dev\n",
        &["6 step: Stop | ops", "7 step: Start | dev"],
    );
    below_steps("| Stop | ops |\n", &["4 step: Stop | ops"]);
    below_steps(
        "1. a\n   ```bash sdd id=a\n   x\n   ```\n\n| What |\n|---|\n| Stop |\n",
        &["4 step: a [5: bash sdd id=a]", "11 step: Stop"],
    );
}

#[test]
fn words_without_a_list_are_steps_where_there_is_nothing_else() {
    below_steps(
        "Ask Bob\nto flip the switch.\n\nThen restart.\n",
        &["4 step: Ask Bob to flip the switch.", "7 step: Then restart."],
    );
    below_steps(
        "**Migrate:** by hand\n\n**Restart:** by hand\n",
        &["4 step: Migrate: by hand", "6 step: Restart: by hand"],
    );
    section(
        "Deployment Procedure",
        "How it goes.\n\n### Pre-Deployment Steps\n\nNone.\n\n**Deployment Steps:** flip the switch\n",
        STEPS,
        &["5 pre: heading", "9 step: heading", "9 step: flip the switch"],
    );
}

#[test]
fn words_beside_steps_are_told() {
    below_steps(
        "Do these in order:\n\n1. a\n   ```bash sdd id=a\n   x\n   ```\n\nRestart Bob's machine.\n\n**Note:** careful\n",
        &[
            "6 step: a [7: bash sdd id=a]",
            "11 odd: aside \"Restart Bob's machine.\" is read as an explanation, and nobody is asked to do it",
            "13 odd: aside \"Note: careful\" is read as an explanation, and nobody is asked to do it",
        ],
    );
    // What stands before a fence says what it does.
    below_steps(
        "Build it:\n```bash sdd id=a\nx\n```\nand bring it there\n```bash sdd id=b\ny\n```\nIt prints\n```\nok\n```\n",
        &[
            "4 step: Build it [5: bash sdd id=a]",
            "8 step: and bring it there [9: bash sdd id=b] [13: ]",
            "12 odd: aside \"It prints\" is read as an explanation, and nobody is asked to do it",
        ],
    );
}

#[test]
fn lines_and_headings_that_count_are_steps() {
    below_steps(
        "Step 1: stop the workers\nStep 2: start them\n\n• and a third\n\n(4) a fourth\n",
        &[
            "4 step: Step 1: stop the workers",
            "5 step: Step 2: start them",
            "7 step: • and a third",
            "9 step: (4) a fourth",
        ],
    );
    below_steps(
        "#### Stop the workers\n\nBy hand.\n\n#### Start them\n#### Phase two\n##### 1. Watch\n##### Look\n",
        &[
            "4 step: Stop the workers By hand.",
            "8 step: Start them",
            "10 step: 1. Watch",
            "11 step: Look",
        ],
    );
}

#[test]
fn what_nobody_would_do_is_told_with_its_line() {
    let lost = "stands below a step that is run, and nobody would do it";
    below_steps(
        &format!(
            "1. a\n   - stop the workers\n   ```bash sdd id=a\n   x\n   ```\n   It takes a while.\n   | start | them |\n{}",
            "2. b\n   - c\n     ```bash sdd id=c\n     x\n     ```\n   - d\n     - e\n       ```bash sdd id=e\n       x\n       ```\n3. f\n   - g\n"
        ),
        &[
            "4 step: a / stop the workers / It takes a while. / start | them [6: bash sdd id=a]",
            "11 step: b / c / d / e [13: bash sdd id=c] [18: bash sdd id=e]",
            "21 step: f / g",
            &format!("5 odd: lost_step \"stop the workers\" {lost}"),
            &format!("10 odd: lost_step \"start | them\" {lost}"),
        ],
    );
    below_steps(
        "#### 1. a\n```bash sdd id=a\nx\n```\n- by hand\n",
        &[
            "4 step: 1. a / by hand [5: bash sdd id=a]",
            &format!("8 odd: lost_step \"by hand\" {lost}"),
        ],
    );
    below_steps(
        "<ol><li>Stop</li></ol>\n",
        &["4 odd: lost_step \"Stop\" is HTML, and is not understood among steps"],
    );
    section(
        "Rollback Procedure",
        "### Rollback Steps\n1. a\n\n**Estimated Rollback Time:** 5 minutes\n1. b\n- of it: 2 minutes\n\n### Afterwards\n1. c\n",
        &["back", "odd"],
        &[
            "3 back: heading",
            "4 back: a",
            "11 back: c",
            "7 odd: lost_step \"b\" stands below the estimated rollback time: nobody would do it",
        ],
    );
}

#[test]
fn the_code_of_a_step_is_kept_as_it_is() {
    let spec = read(
        "s",
        b"# Deployment: x\n## Deployment Procedure\n### Deployment Steps\n1. a\n   ```bash sdd id=a\n   cat <<EOF\n     # [x] <y>\n   EOF\n   ```\n",
    );
    let fence = &spec.deployment.steps[0].value.fences[0];
    assert_eq!(fence.code, "cat <<EOF\n  # [x] <y>\nEOF\n");
    assert_eq!((fence.info.as_str(), fence.line), ("bash sdd id=a", 5));
}

#[test]
fn the_way_back() {
    let kinds = &["trigger", "back", "rollback time"];
    section(
        "Rollback Procedure",
        "### Rollback Triggers\n- a\n\n**By hand:**\n- b\n  - of b\n### Rollback Steps\n**IMPORTANT: within 30 minutes**\n1. c\n\
         ```bash\nd\n```\n2. e\n\n**Estimated Rollback Time:** `10 minutes`\n",
        kinds,
        &[
            "17 rollback time: 10 minutes",
            "9 back: heading",
            "11 back: c [12: bash]",
            "15 back: e",
            "3 trigger: heading",
            "4 trigger: a",
            "7 trigger: b",
        ],
    );
    section(
        "Rollback Procedure",
        "### Triggers\n- a\n### Steps\n1. b\n### Rollback Time Estimate\n- Traffic: < 1 minute\n- **Total rollback time: < 15 minutes**\n",
        kinds,
        &[
            "9 rollback time: < 15 minutes",
            "5 back: heading",
            "6 back: b",
            "3 trigger: heading",
            "4 trigger: a",
        ],
    );
    section(
        "Rollback Procedure",
        "**Rollback Triggers:**\n- a\n\n**Rollback Steps:**\n1. b\n\n**Estimated Rollback Time:** [X minutes]\n",
        kinds,
        &[
            "6 back: heading",
            "7 back: b",
            "3 trigger: heading",
            "4 trigger: a",
        ],
    );
    section("Rollback Procedure", "1. a\n", kinds, &["3 back: a"]);
}

#[test]
fn variables_that_must_be_set() {
    section(
        "Environment Configuration",
        "**Required Environment Variables:**\n\n```\n# Database\nDATABASE_URL=<production database connection string>\nLOG_LEVEL=info\n\
         KEY=${OTHER}\nB=changeme\nC=\nLOG_LEVEL=debug\n```\n- `API_KEY`: from the vault\n- REGION=eu\n- Nothing here\n\n\
         **Required Secrets:**\n- `NOT_THIS`\n",
        &["variable", "odd"],
        &[
            "7 variable: DATABASE_URL (open)",
            "8 variable: LOG_LEVEL",
            "9 variable: KEY (open)",
            "10 variable: B (open)",
            "11 variable: C (open)",
            "14 variable: API_KEY (open)",
            "15 variable: REGION",
            "7 odd: placeholder \"<production database connection string>\" is still to be filled in",
        ],
    );
}

const SMOKE: &[&str] = &["smoke", "health"];

#[test]
fn smoke_tests_with_a_command() {
    section(
        "Smoke Tests",
        "### Test 1: Health\n```bash\ncurl https://a.example/v1/x:read \\\n  -d '{\"a\": 1}'\n# Expected: {\"time\": \"...\"}\n# Pass criteria: 200\n\
         ```\n### Test 2 - Orders\n**Expected:** 201\n**On failure:** roll back\n```\ncurl b\n```\n### Run all\n```bash\nmake smoke\n\
         # Expected output:\n# ok 1\n# ok 2\n```\n```bash\nmake more\n```\n### Status\n- Endpoint: `GET /status`\n- Expected: 200\n```json\n{}\n```\n",
        SMOKE,
        &[
            "3 smoke: Health | - | fence 4 | {\"time\": \"...\"} | -",
            "10 smoke: Orders | - | fence 13 | 201 | roll back",
            "16 smoke: Run all | - | fence 17 | ok 1\nok 2 | -",
            "23 smoke: Run all (2) | - | fence 23 | - | -",
            "26 smoke: Status | GET /status | - | 200 | -",
        ],
    );
}

#[test]
fn smoke_tests_as_items() {
    section(
        "Smoke Tests",
        "### Critical User Flows\n1. **User Login**\n   - Endpoint: POST /api/auth/login\n   - Expected: 200 OK, returns JWT token\n\
         \x20  - Failure: Rollback immediately\n\n2. **Data**\n   Endpoint: GET /api/data\n   Expected: 200 OK\n\n3. **[Add critical flows]**\n\n\
         ### Health Checks\n- Application health: GET /health\n- Database connectivity: verified\n",
        SMOKE,
        &[
            "4 smoke: User Login | POST /api/auth/login | - | 200 OK, returns JWT token | Rollback immediately",
            "9 smoke: Data | GET /api/data | - | 200 OK | -",
            "13 smoke: [Add critical flows] | - | - | - | -",
            "16 health: Application health: GET /health",
            "17 health: Database connectivity: verified",
        ],
    );
    section(
        "Smoke Tests",
        "- [ ] GET /health expect 200 within 2s\n- The queue is empty\n- Login\n  ```bash\n  curl a\n  ```\n",
        SMOKE,
        &[
            "3 smoke: GET /health expect 200 within 2s | GET /health | - | 200 within 2s | -",
            "4 smoke: The queue is empty | - | - | - | -",
            "5 smoke: Login | - | fence 6 | - | -",
        ],
    );
    section("Smoke Tests", "Words only.\n", SMOKE, &[]);
}

#[test]
fn a_real_one_is_read_whole() {
    insta::assert_snapshot!(outline(&read("s", fixture!("deployment").as_bytes())).join("\n"));
}
