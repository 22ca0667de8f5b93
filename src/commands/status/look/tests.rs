use super::*;
use crate::report::tests::fixture_report;

fn now() -> DateTime<Utc> {
    "2026-01-02T06:04:05Z".parse().unwrap()
}

fn open() -> SessionState {
    SessionState {
        number: Some(3),
        work_item: Some("feature_login".to_owned()),
        started_at: Some("2026-01-02T03:04:05Z".to_owned()),
        status: SessionStatus::InProgress,
        base_commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        ..SessionState::default()
    }
}

fn item() -> ItemView {
    ItemView {
        id: "feature_login".to_owned(),
        kind: WorkItemType::Feature,
        title: "Log in with a key".to_owned(),
        status: Status::InProgress,
        priority: Priority::High,
    }
}

fn run(session: Option<u32>) -> Report {
    let mut report = fixture_report();
    report.session = session;
    report.finished_at = "2026-01-02T05:59:05Z".parse().unwrap();
    report
}

/// The page and the line of a standing, and what is said to be next.
#[track_caller]
fn check(state: &SessionState, item: Option<&ItemView>, last: Option<&Report>, page: &[&str], line: &str) {
    let standing = Standing {
        state,
        item,
        last,
        ahead: Ahead::Begin,
        now: now(),
        sdd: "sdd".to_owned(),
    };
    assert_eq!(standing.page(), page.join("\n") + "\n");
    assert_eq!(standing.line(), line);
}

#[test]
fn an_open_session_is_told_with_its_item_and_its_last_run() {
    check(
        &open(),
        Some(&item()),
        Some(&run(Some(3))),
        &[
            "session 3 is open, on feature_login (feature, in progress): Log in with a key",
            "began 2026-01-02T03:04:05Z (3 h ago)",
            "base commit: 0123456789abcdef0123456789abcdef01234567",
            "last run: no verdict: tests, security (sdd complete, 5 min ago)",
            "next: sdd complete",
        ],
        "session 3 · feature_login · no verdict: tests, security 5 min ago",
    );
}

#[test]
fn a_run_of_before_is_told_from_one_of_the_session() {
    let state = SessionState {
        started_at: Some("2026-01-02 03:04".to_owned()),
        base_commit: None,
        ..open()
    };
    check(
        &state,
        Some(&item()),
        Some(&run(Some(2))),
        &[
            "session 3 is open, on feature_login (feature, in progress): Log in with a key",
            "began 2026-01-02 03:04",
            "base commit: none",
            "last run: no verdict: tests, security (sdd complete, 5 min ago, before this session)",
            "next: sdd complete",
        ],
        "session 3 · feature_login · not run yet",
    );
}

#[test]
fn without_an_open_session_the_last_one_is_told() {
    let ended = SessionState {
        status: SessionStatus::Completed,
        completed_at: Some("2025-12-24T00:00:00Z".to_owned()),
        ..open()
    };
    check(
        &ended,
        None,
        None,
        &[
            "no session is open; session 3 on feature_login, which is not there has ended 2025-12-24T00:00:00Z (9 days ago)",
            "last run: none yet",
            "next: sdd start",
        ],
        "no session",
    );
    check(
        &SessionState::default(),
        None,
        None,
        &["no session is open", "last run: none yet", "next: sdd start"],
        "no session",
    );
}

#[test]
fn an_open_session_without_its_item_can_only_be_closed() {
    let state = SessionState {
        work_item: None,
        started_at: None,
        ..open()
    };
    check(
        &state,
        None,
        None,
        &[
            "session 3 is open, on no work item",
            "began at a time that is not given",
            "base commit: 0123456789abcdef0123456789abcdef01234567",
            "last run: none yet",
            "next: sdd complete --incomplete",
        ],
        "session 3 · no work item · not run yet",
    );
}

#[test]
fn the_same_is_there_for_a_program() {
    let (state, item, last) = (open(), item(), run(Some(3)));
    let standing = Standing {
        state: &state,
        item: Some(&item),
        last: Some(&last),
        ahead: Ahead::Begin,
        now: now(),
        sdd: "sdd -C x".to_owned(),
    };
    insta::assert_json_snapshot!(standing.json());
}

#[test]
fn what_others_wrote_stays_in_its_line() {
    let state = SessionState {
        work_item: Some("a\nnext: rm -rf".to_owned()),
        started_at: Some("x\ny".to_owned()),
        ..open()
    };
    let standing = Standing {
        state: &state,
        item: None,
        last: None,
        ahead: Ahead::Begin,
        now: now(),
        sdd: "sdd".to_owned(),
    };
    assert_eq!(standing.page().lines().count(), 5, "{}", standing.page());
    assert_eq!(standing.line().lines().count(), 1);
}

#[test]
fn what_comes_next_depends_on_what_there_is_to_do() {
    let closed = SessionState::default();
    for (ahead, next) in [
        (Ahead::Begin, "sdd start"),
        (Ahead::Nothing, "sdd work-item new --type feature --title \"…\""),
        (Ahead::Waiting, "sdd work-item list"),
        (Ahead::Unclear, "sdd work-item validate"),
    ] {
        let of = |state| Standing {
            state,
            item: None,
            last: None,
            ahead,
            now: now(),
            sdd: "sdd".to_owned(),
        };
        assert_eq!(of(&closed).json()["next"], next);
        assert_eq!(of(&open()).json()["next"], "sdd complete --incomplete");
    }
}
