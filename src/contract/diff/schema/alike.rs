//! Which branch of a choice became which one, where neither a name nor its meaning tells: the pairs that are most alike.

use std::collections::HashSet;

use crate::contract::arena::{NodeId, Word};
use crate::contract::hash::is_annotation;
use crate::contract::view::Side;
use crate::contract::view::schema::{Schema, Types};
use crate::contract::words as w;

/// Branches of one side that are paired at all. With more of them nobody looks for pairs.
const MAX_BRANCHES: usize = 16;

/// How alike two branches are that are the same one with some changes, of [`EQUAL`].
const ALIKE: i64 = 500;

/// How alike two branches are that say the same.
const EQUAL: i64 = 1000;

/// What a branch says: a keyword, a name in it, and the number of what is said.
type Traits = HashSet<(Word, Word, u64)>;

/// The pairs of branches of both sides that are much alike, so that all of them together are as alike as can be.
pub(super) fn pairs(old: (Side<'_>, &[NodeId]), new: (Side<'_>, &[NodeId])) -> Vec<(NodeId, NodeId)> {
    let count = old.1.len().max(new.1.len());
    if old.1.is_empty() || new.1.is_empty() || count > MAX_BRANCHES {
        return Vec::new();
    }
    let (left, right) = (traits(old), traits(new));
    let alike = |row: usize, column: usize| match (left.get(row), right.get(column)) {
        (Some((types, one)), Some((others, other))) if types.meets(*others) => likeness(one, other),
        _ => 0,
    };
    let costs: Vec<Vec<i64>> = (0..count)
        .map(|row| (0..count).map(|column| EQUAL - alike(row, column)).collect())
        .collect();
    let rows = assigned(&costs);
    let mut found: Vec<(usize, usize)> = (0..count)
        .map(|column| (rows[column], column))
        .filter(|(row, column)| alike(*row, *column) >= ALIKE)
        .collect();
    found.sort_unstable();
    let nodes = found
        .into_iter()
        .filter_map(|(row, column)| Some((*old.1.get(row)?, *new.1.get(column)?)));
    nodes.collect()
}

fn traits((side, nodes): (Side<'_>, &[NodeId])) -> Vec<(Types, Traits)> {
    let arena = side.arena();
    let hashes = &side.world.hashes;
    let of = |node: &NodeId| {
        let mut traits = Traits::new();
        let Some(schema) = Schema::of(side, *node) else {
            return (Types::NONE, traits);
        };
        // What its parts say is said by it.
        let has_parts = schema.get(w::ALL_OF).is_some();
        let whole = if has_parts { schema.dissolved() } else { None };
        let is_whole = whole.is_some();
        let schema = whole.unwrap_or(schema);
        for field in schema.nodes().iter().flat_map(|node| arena.fields(*node)) {
            if is_whole && field.key == w::ALL_OF {
                continue;
            }
            // What a keyword refers to is the same by its name, whatever became of it.
            let refers = |key: Word, value: NodeId| Some((key, arena.get_text(value, w::REF)?, 1));
            traits.extend(refers(field.key, field.value));
            match field.key {
                key if is_annotation(arena, key) => {}
                // Whether they have a type at all tells nothing.
                w::TYPE => {
                    traits.insert((field.key, w::NONE, hashes.of(field.value)));
                }
                w::PROPERTIES => {
                    for property in arena.fields(field.value) {
                        traits.insert((field.key, property.key, 0));
                        traits.extend(refers(property.key, property.value));
                        traits.insert((field.key, property.key, hashes.of(property.value)));
                    }
                }
                w::REQUIRED => {
                    let names = arena.items(field.value).filter_map(|name| arena.as_text(name));
                    traits.extend(names.map(|name| (field.key, name, 0)));
                }
                key => {
                    traits.insert((key, w::NONE, 0));
                    traits.insert((key, w::NONE, hashes.of(field.value)));
                }
            }
        }
        (schema.types(), traits)
    };
    nodes.iter().map(of).collect()
}

/// How much of what two branches say is said by both.
fn likeness(one: &Traits, other: &Traits) -> i64 {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX / EQUAL / 2);
    let all = count(one.len() + other.len());
    if all == 0 {
        return EQUAL;
    }
    2 * EQUAL * count(one.intersection(other).count()) / all
}

/// The row of each column of a square of costs, so that all together cost the least: the Hungarian method with potentials,
/// row by row, each along the cheapest way of changes to the rows before it. Of equal costs the first one is taken.
fn assigned(costs: &[Vec<i64>]) -> Vec<usize> {
    let count = costs.len();
    // Column 0 is where a row begins that has none yet.
    let (mut of_rows, mut of_columns) = (vec![0_i64; count + 1], vec![0_i64; count + 1]);
    let mut row_of = vec![0_usize; count + 1];
    for row in 1..=count {
        row_of[0] = row;
        let mut least = vec![i64::MAX; count + 1];
        let mut before = vec![0_usize; count + 1];
        let mut is_done = vec![false; count + 1];
        let mut column = 0;
        while row_of[column] != 0 {
            is_done[column] = true;
            let at = row_of[column];
            let (mut step, mut next) = (i64::MAX, 0);
            for other in (1..=count).filter(|other| !is_done[*other]) {
                let cost = costs[at - 1][other - 1] - of_rows[at] - of_columns[other];
                if cost < least[other] {
                    (least[other], before[other]) = (cost, column);
                }
                if least[other] < step {
                    (step, next) = (least[other], other);
                }
            }
            for other in 0..=count {
                if is_done[other] {
                    of_rows[row_of[other]] += step;
                    of_columns[other] -= step;
                } else if least[other] != i64::MAX {
                    least[other] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    row_of[1..].iter().map(|row| row - 1).collect()
}

#[cfg(test)]
mod tests {
    use super::assigned;

    #[track_caller]
    fn check(costs: &[&[i64]], expect: i64) {
        let costs: Vec<Vec<i64>> = costs.iter().map(|row| row.to_vec()).collect();
        let rows = assigned(&costs);
        let mut seen = rows.clone();
        seen.sort_unstable();
        assert_eq!(seen, (0..costs.len()).collect::<Vec<_>>());
        let sum: i64 = rows
            .iter()
            .enumerate()
            .map(|(column, row)| costs[*row][column])
            .sum();
        assert_eq!(sum, expect, "{rows:?}");
    }

    #[test]
    fn all_together_cost_the_least() {
        check(&[], 0);
        check(&[&[7]], 7);
        check(&[&[1, 2], &[1, 9]], 3);
        check(&[&[4, 1, 3], &[2, 0, 5], &[3, 2, 2]], 5);
        check(&[&[5, 5, 5], &[5, 5, 5], &[5, 5, 5]], 15);
    }

    #[test]
    fn every_order_of_four_is_no_better() {
        let orders = |count: usize| {
            let mut all = vec![Vec::new()];
            for _ in 0..count {
                all = all
                    .iter()
                    .flat_map(|order: &Vec<usize>| {
                        (0..count).filter(|next| !order.contains(next)).map(|next| {
                            let mut order = order.clone();
                            order.push(next);
                            order
                        })
                    })
                    .collect();
            }
            all
        };
        let mut seed = 7_i64;
        for _ in 0..50 {
            let mut next = || {
                seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
                seed / 65_536 % 100
            };
            let costs: Vec<Vec<i64>> = (0..4).map(|_| (0..4).map(|_| next()).collect()).collect();
            let sums = orders(4).into_iter().map(|order| {
                let each = order.iter().enumerate().map(|(column, row)| costs[*row][column]);
                each.sum::<i64>()
            });
            let best = sums.min().unwrap();
            let rows: Vec<&[i64]> = costs.iter().map(Vec::as_slice).collect();
            check(&rows, best);
        }
    }
}
