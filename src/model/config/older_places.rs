//! Settings at the places and under the names that they had before.

use std::collections::BTreeMap;

use super::Config;
use super::json_path::JsonPath;
use super::positions::{Position, Positions};

/// Older spellings of settings, with the present ones.
pub(super) const ALIASES: [(&str, &str); 1] = [(
    "quality_gates.security.severity",
    "quality_gates.security.fail_on",
)];

/// Settings at their older places come to the present ones, where these are not given; gives where each
/// setting stands.
pub(super) fn adopt(config: &mut Config, positions: &Positions) -> BTreeMap<JsonPath, Position> {
    let mut given: BTreeMap<JsonPath, Position> =
        positions.keys().map(|(path, at)| (path.clone(), at)).collect();
    let mut moved = |older: &str, present: &str| {
        let (older, present) = (JsonPath::of(older), JsonPath::of(present));
        if given.contains_key(&present) {
            return false;
        }
        let places: Vec<(JsonPath, Position)> = given
            .iter()
            .filter_map(|(path, at)| Some((path.moved(&older, &present)?, *at)))
            .collect();
        let any = !places.is_empty();
        given.extend(places);
        any
    };
    for (older, present) in ALIASES {
        moved(older, present);
    }
    let alone = moved("custom_validations", "quality_gates.custom_validations");
    if moved("integration_tests", "quality_gates.integration_tests") {
        config.quality_gates.integration_tests = config.integration_tests.take();
    }
    moved(
        "quality_gates.coverage_threshold",
        "quality_gates.test_execution.coverage_threshold",
    );
    if let Some(older) = config.custom_validations.take() {
        let present = &mut config.quality_gates.custom_validations;
        if alone {
            *present = older;
        } else {
            let (from, to) = (
                JsonPath::of("custom_validations.rules"),
                JsonPath::of("quality_gates.custom_validations.rules"),
            );
            for index in 0..older.rules.len() {
                if let Some(at) = given.get(&from.index(index)).copied() {
                    given.insert(to.index(present.rules.len() + index), at);
                }
            }
            present.rules.extend(older.rules);
        }
    }
    given
}
