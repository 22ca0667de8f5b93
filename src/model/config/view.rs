//! The settings as they are for one unit.

use std::time::Duration;

use super::super::finding::Severity;
use super::super::gate_id::GateId;
use super::super::language::Language;
use super::super::unit::Unit;
use super::{Config, LanguageSettings, Recipe, UnitSettings};

/// The settings as they are for one unit: its own, then those of its language, then those of the gates.
#[derive(Clone, Copy, Debug)]
pub struct UnitView<'a> {
    config: &'a Config,
    unit: &'a Unit,
    own: Option<&'a UnitSettings>,
    described: Option<&'a LanguageSettings>,
}

/// Where commands were configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `units`, for this unit.
    Unit,
    /// `quality_gates.….commands`, for this language.
    Language(Language),
    /// `languages`, for this described language.
    Described,
}

impl Config {
    /// The settings for a unit.
    pub fn for_unit<'a>(&'a self, unit: &'a Unit) -> UnitView<'a> {
        let mut fitting = self
            .units
            .iter()
            .filter(|own| own.is_for(&unit.path, unit.language));
        let (named, any) = (
            fitting.clone().find(|own| own.language.is_some()),
            fitting.find(|own| own.language.is_none()),
        );
        UnitView {
            config: self,
            unit,
            own: named.or(any),
            described: self.languages.get(unit.language.as_str()),
        }
    }
}

impl<'a> UnitView<'a> {
    /// Whether a gate runs for the unit.
    pub fn runs(&self, gate: GateId) -> bool {
        self.own
            .and_then(|own| own.gates.as_ref())
            .is_none_or(|gates| gates.contains(&gate))
    }

    /// The commands that are configured for the unit, and where; `None` for the built-in ones.
    pub fn recipes(&self, gate: GateId) -> Option<(Origin, &'a [Recipe])> {
        if let Some(own) = self.own.and_then(|own| own.commands.get(gate)) {
            return Some((Origin::Unit, own));
        }
        let (config, language) = (self.config, self.unit.language);
        let commands = config.gate(gate).commands;
        if let Some((language, found)) = commands.find(language) {
            return Some((Origin::Language(language), found));
        }
        Some((Origin::Described, self.described?.gates.get(gate)?))
    }

    /// The coverage that the unit must reach, in percent; `None` when none is asked for.
    pub fn coverage_threshold(&self) -> Option<f64> {
        let language = self.unit.language;
        let own = self.own.and_then(|own| own.coverage_threshold.as_ref());
        let described = self.described.and_then(|own| own.coverage_threshold.as_ref());
        match own.or(described) {
            Some(threshold) => threshold.for_language(language),
            None => self.config.coverage_threshold(language),
        }
    }

    /// The mildest severity that fails the security gate.
    pub fn fail_on(&self) -> Severity {
        self.own
            .and_then(|own| own.fail_on)
            .unwrap_or(self.config.quality_gates.security.fail_on)
    }

    /// The time that each step of a gate may take.
    pub fn timeout(&self, gate: GateId) -> Duration {
        match self.own.and_then(|own| own.timeout) {
            Some(seconds) => Duration::from_secs(seconds),
            None => self.config.gate(gate).timeout,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(path: &str, language: Language) -> Unit {
        Unit {
            path: path.to_owned(),
            language,
            markers: Vec::new(),
        }
    }

    #[test]
    fn what_is_nearest_to_the_unit_wins() {
        let config: Config = serde_json::from_str(
            r#"{"units": [{"path": "a", "gates": ["tests"], "coverage_threshold": null, "fail_on": "low"},
                          {"path": "a", "language": "go", "coverage_threshold": 55, "timeout": 7,
                           "commands": {"tests": "own", "security": null}}],
                "languages": {"zig": {"markers": ["build.zig"], "gates": {"tests": "zig build test"},
                                      "coverage_threshold": 12}},
                "quality_gates": {"test_execution": {"commands": {"go": "go test", "javascript": "npm test"}}}}"#,
        )
        .unwrap();
        let (go, python, elsewhere, zig, typed) = (
            unit("a", Language::Go),
            unit("a", Language::Python),
            unit("b", Language::Go),
            unit("z", Language::named("zig")),
            unit("t", Language::Typescript),
        );
        let go = config.for_unit(&go);
        assert!(go.runs(GateId::Linting));
        assert_eq!(go.coverage_threshold(), Some(55.0));
        assert_eq!(go.timeout(GateId::Tests), Duration::from_secs(7));
        assert_eq!(go.fail_on(), Severity::High);
        assert_eq!(go.recipes(GateId::Tests).unwrap().0, Origin::Unit);
        assert_eq!(go.recipes(GateId::Security), Some((Origin::Unit, &[][..])));
        assert_eq!(go.recipes(GateId::Linting), None);

        let python = config.for_unit(&python);
        assert!(python.runs(GateId::Tests) && !python.runs(GateId::Linting));
        assert_eq!(python.coverage_threshold(), None);
        assert_eq!(python.fail_on(), Severity::Low);

        let elsewhere = config.for_unit(&elsewhere);
        assert_eq!(
            elsewhere.recipes(GateId::Tests).unwrap().0,
            Origin::Language(Language::Go)
        );
        assert_eq!(elsewhere.coverage_threshold(), Some(80.0));

        let zig = config.for_unit(&zig);
        assert_eq!(zig.recipes(GateId::Tests).unwrap().0, Origin::Described);
        assert_eq!(zig.recipes(GateId::Security), None);
        assert_eq!(zig.coverage_threshold(), Some(12.0));

        let typed = config.for_unit(&typed);
        assert_eq!(
            typed.recipes(GateId::Tests).unwrap().0,
            Origin::Language(Language::Javascript)
        );
    }
}
