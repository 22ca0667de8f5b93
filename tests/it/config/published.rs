//! The published schema is the one of the types.

use sdd::model::config::schema;

#[test]
fn the_schema_in_the_documentation_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/config.schema.json");
    let present = format!("{:#}\n", schema());
    #[expect(clippy::disallowed_methods, reason = "a test's switch, not a setting of sdd")]
    let bless = std::env::var_os("SDD_BLESS").is_some();
    if bless {
        #[expect(
            clippy::disallowed_methods,
            reason = "a file of the repository, not of a session"
        )]
        std::fs::write(&path, &present).expect("the schema can be written");
    }
    let published = std::fs::read_to_string(&path).expect("the schema is there");
    assert!(
        published == present,
        "docs/config.schema.json is out of date; run the tests with SDD_BLESS=1 and look at the difference"
    );
}
