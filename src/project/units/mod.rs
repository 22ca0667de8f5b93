//! From markers to units: which of the marked directories stand for themselves, and which are covered by
//! another.
//!
//! A directory is covered when the tools of another unit reach it: members of a Cargo workspace always; members
//! of an npm, pnpm, yarn or uv workspace unless they have tests of their own; a Go module never, because `./...`
//! ends at the next `go.mod`, whatever `go.work` says.

mod go;
mod javascript;
mod manifest;
mod members;
mod python;
mod rust;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::language::Language;
use crate::model::unit::Unit;

use super::Error;
use super::markers::{LANGUAGES, LanguageSpec, REFINED, Weight};
use super::paths::{Place, display, resolve};
use super::scan::Scan;

pub(super) use javascript::workspace as workspace_of_packages;
pub(super) use manifest::Manifests;

/// A unit and its directory relative to the root.
pub(super) struct Chosen {
    pub unit: Unit,
    pub dir: PathBuf,
}

/// A marked directory of one language.
#[derive(Clone, Debug)]
struct Candidate {
    dir: PathBuf,
    /// Names of the marker files, in the order of the table.
    markers: Vec<String>,
    /// The weight of the heaviest of them.
    weight: Weight,
}

/// Decides on the units. Sorted by path and then language.
pub(super) fn choose(scan: &Scan, manifests: &mut Manifests, warnings: &mut Vec<String>) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    for spec in &LANGUAGES {
        let candidates = candidates(spec, scan, manifests);
        match spec.id {
            Language::Rust => push(&mut chosen, spec.id, rust::choose(candidates, manifests)),
            Language::Javascript => {
                push(
                    &mut chosen,
                    spec.id,
                    javascript::choose(candidates, manifests, warnings),
                );
            }
            Language::Typescript => refine(&mut chosen, &candidates, warnings),
            Language::Go => push(
                &mut chosen,
                spec.id,
                go::choose(candidates, scan, manifests, warnings),
            ),
            // Last: whether loose Python files need a unit depends on the other languages' units.
            Language::Python | Language::Described(_) => {}
        }
    }
    for ((dir, language), markers) in &scan.described {
        chosen.push(Chosen {
            unit: Unit {
                path: display(dir),
                language: *language,
                markers: markers.iter().cloned().collect(),
            },
            dir: dir.clone(),
        });
    }
    let others: BTreeSet<PathBuf> = chosen.iter().map(|unit| unit.dir.clone()).collect();
    let python = python::choose(
        candidates(&LANGUAGES[0], scan, manifests),
        scan,
        &others,
        manifests,
        warnings,
    );
    push(&mut chosen, Language::Python, python);
    sort(&mut chosen);
    chosen
}

fn sort(chosen: &mut [Chosen]) {
    chosen.sort_by(|a, b| (&a.unit.path, a.unit.language).cmp(&(&b.unit.path, b.unit.language)));
}

/// Adds the units that a configuration declares with their language; what it names without one must be there.
pub(super) fn declare(
    root: &Path,
    declared: &[(String, Option<Language>)],
    chosen: &mut Vec<Chosen>,
) -> Result<(), Error> {
    for (path, language) in declared {
        let fits = |unit: &Chosen| {
            unit.unit.path == *path && language.is_none_or(|language| unit.unit.language == language)
        };
        if chosen.iter().any(fits) {
            continue;
        }
        let dir = resolve(root, path)?;
        match (language, dir) {
            (Some(language), Place::At(dir)) if dir.is_dir() => chosen.push(Chosen {
                unit: Unit {
                    path: path.clone(),
                    language: *language,
                    markers: vec!["units in config.json".to_owned()],
                },
                dir: if path == "." {
                    PathBuf::new()
                } else {
                    PathBuf::from(path)
                },
            }),
            _ => {
                return Err(Error::NoSuchUnit {
                    path: path.clone(),
                    language: *language,
                    units: chosen.iter().map(|chosen| chosen.unit.label()).collect(),
                });
            }
        }
    }
    sort(chosen);
    Ok(())
}

fn push(chosen: &mut Vec<Chosen>, language: Language, candidates: Vec<Candidate>) {
    chosen.extend(candidates.into_iter().map(|candidate| Chosen {
        unit: Unit {
            path: display(&candidate.dir),
            language,
            markers: candidate.markers,
        },
        dir: candidate.dir,
    }));
}

fn refine(chosen: &mut [Chosen], candidates: &[Candidate], warnings: &mut Vec<String>) {
    for candidate in candidates {
        let found = chosen
            .iter_mut()
            .find(|unit| unit.dir == candidate.dir && unit.unit.language == REFINED);
        if let Some(found) = found {
            found.unit.language = Language::Typescript;
            found.unit.markers.extend(candidate.markers.iter().cloned());
            continue;
        }
        let covered = chosen.iter().any(|unit| {
            matches!(unit.unit.language, Language::Javascript | Language::Typescript)
                && candidate.dir.starts_with(&unit.dir)
        });
        if !covered {
            let file = display(
                &candidate
                    .dir
                    .join(candidate.markers.first().map_or("", String::as_str)),
            );
            warnings.push(format!(
                "{file} belongs to no package, and no gate looks at its TypeScript; a package.json beside it, or \
                 `units` in config.json with its language, makes a unit of it; `exclude` silences this"
            ));
        }
    }
}

/// The directories with markers of one language, in the order of their paths: a directory comes before what is
/// in it.
fn candidates(spec: &LanguageSpec, scan: &Scan, manifests: &mut Manifests) -> Vec<Candidate> {
    let mut out = Vec::new();
    for (dir, names) in &scan.markers {
        let mut markers: Vec<String> = Vec::new();
        let mut weight = None;
        for marker in spec.markers {
            for name in names.iter().filter(|name| marker.file.fits_name(name)) {
                if markers.contains(name) || !manifests.fits(&marker.file, &dir.join(name)) {
                    continue;
                }
                markers.push(name.clone());
                weight = Some(weight.map_or(marker.weight, |seen: Weight| seen.min(marker.weight)));
            }
        }
        if let Some(weight) = weight {
            out.push(Candidate {
                dir: dir.clone(),
                markers,
                weight,
            });
        }
    }
    out
}

/// The nearest of `dirs` that `path` lies in, itself included.
fn nearest<'a>(dirs: &BTreeSet<PathBuf>, path: &'a Path) -> Option<&'a Path> {
    path.ancestors().find(|ancestor| dirs.contains(*ancestor))
}
