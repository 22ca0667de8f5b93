use std::collections::BTreeSet;

use super::super::platform::{Machine, Manager, Platform, Privilege};
use super::super::ways::{Place, ways};
use super::*;
use crate::tools::TOOLS;

/// The programs that a tool may lack.
fn programs(tool: &dyn Tool) -> impl Iterator<Item = &'static str> {
    tool.words().first().copied().into_iter().chain(tool.needs())
}

#[test]
fn every_tool_has_a_recipe_for_whatever_it_lacks() {
    let mut without = Vec::new();
    for tool in TOOLS {
        for program in programs(*tool) {
            if for_tool(*tool, program).is_none() {
                without.push(format!("{} ({program})", tool.id()));
            }
        }
    }
    assert!(
        without.is_empty(),
        "tools without a recipe in doctor/recipes.rs: {without:?}"
    );
}

#[test]
fn a_program_that_starts_others_is_not_mistaken_for_one_of_them() {
    for tool in TOOLS.iter().filter(|tool| tool.needs().is_some()) {
        let (starter, own) = (tool.words()[0], tool.needs().unwrap());
        let starter = for_tool(*tool, starter).unwrap();
        let own = for_tool(*tool, own).unwrap();
        assert_ne!(starter.of, own.of, "{}", tool.id());
    }
}

#[test]
fn no_name_stands_in_two_recipes() {
    let mut seen = BTreeSet::new();
    for name in RECIPES.iter().flat_map(|recipe| recipe.of) {
        assert!(seen.insert(name), "{name}");
    }
}

#[test]
fn names_of_packages_are_words_and_pages_are_addresses() {
    for recipe in RECIPES {
        let mut managers = BTreeSet::new();
        for (manager, packages) in recipe.packages {
            assert!(
                managers.insert(manager),
                "{:?}: {manager:?} stands twice",
                recipe.of
            );
            assert!(
                !packages.is_empty()
                    && packages.split(' ').all(|word| !word.is_empty()
                        && word
                            .chars()
                            .all(|c| c.is_ascii_alphanumeric() || "-._+/".contains(c))),
                "{:?}: {packages:?}",
                recipe.of
            );
        }
        assert!(
            recipe.page.starts_with("https://"),
            "{:?}: {}",
            recipe.of,
            recipe.page
        );
    }
}

#[test]
fn every_program_can_be_got_on_every_platform() {
    for (os, manager) in Manager::ALL
        .map(|manager| ("linux", Some(manager)))
        .into_iter()
        .chain([("linux", None)])
    {
        let mut platform = Platform::of(&Machine {
            os,
            privilege: Privilege::Root,
            ..Machine::default()
        });
        platform.package_manager = manager;
        for recipe in RECIPES {
            let ways = ways(
                recipe,
                Place {
                    platform: &platform,
                    facts: None,
                },
            );
            let last = ways.last().unwrap();
            assert!(
                last.starts_with("see https://"),
                "{:?} on {manager:?}: {ways:?}",
                recipe.of
            );
            let packaged = recipe.packages.iter().any(|(of, _)| Some(*of) == manager);
            assert_eq!(
                ways.len(),
                1 + usize::from(packaged) + usize::from(recipe.own != Own::None),
                "{:?} on {manager:?}: {ways:?}",
                recipe.of
            );
        }
    }
}
