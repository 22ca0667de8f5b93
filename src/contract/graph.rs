//! Strongly connected components, without recursion: a chain of a million references must not end the program.

/// The component of each node of a graph, given the nodes that each one leads to. Components are numbered such that what
/// a component leads to has smaller numbers than itself (R. Tarjan, 1972).
pub fn components(edges: &[Vec<u32>]) -> Vec<u32> {
    const NEW: u32 = u32::MAX;
    let mut low = vec![NEW; edges.len()];
    let mut component = vec![NEW; edges.len()];
    let mut stack = Vec::new();
    let mut visits: Vec<(u32, usize)> = Vec::new();
    let (mut seen, mut count) = (0, 0);
    for start in 0..u32::try_from(edges.len()).unwrap_or(NEW) {
        if low[start as usize] != NEW {
            continue;
        }
        visits.push((start, 0));
        let mut first = Vec::new();
        while let Some((node, next)) = visits.pop() {
            let at = node as usize;
            if next == 0 {
                low[at] = seen;
                first.push((node, seen));
                seen += 1;
                stack.push(node);
            }
            if let Some(target) = edges[at].get(next) {
                visits.push((node, next + 1));
                let target_at = *target as usize;
                if low[target_at] == NEW {
                    visits.push((*target, 0));
                } else if component[target_at] == NEW {
                    low[at] = low[at].min(low[target_at]);
                }
                continue;
            }
            let own = first.pop().map_or(0, |(_, number)| number);
            if low[at] == own {
                while let Some(member) = stack.pop() {
                    component[member as usize] = count;
                    if member == node {
                        break;
                    }
                }
                count += 1;
            }
            if let Some((parent, _)) = visits.last() {
                let parent = *parent as usize;
                low[parent] = low[parent].min(low[at]);
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_each_other_is_one_component_and_what_is_led_to_comes_first() {
        let edges = vec![vec![1], vec![2], vec![0, 3], vec![4], vec![], vec![5], vec![0, 4]];
        let found = components(&edges);
        assert!(found[0] == found[1] && found[1] == found[2]);
        assert!(found[4] < found[3] && found[3] < found[0] && found[0] < found[6]);
        let mut others = vec![found[0], found[3], found[4], found[5], found[6]];
        others.sort_unstable();
        assert_eq!(others, [0, 1, 2, 3, 4]);
        assert_eq!(components(&[]), Vec::<u32>::new());
    }

    #[test]
    fn a_long_chain_and_a_long_circle_are_no_trouble() {
        let count = 200_000;
        let mut edges: Vec<Vec<u32>> = (1..=count).map(|next| vec![next]).collect();
        edges.push(vec![]);
        assert_eq!(components(&edges).iter().max(), Some(&count));
        edges[count as usize].push(0);
        assert!(components(&edges).iter().all(|component| *component == 0));
    }

    #[test]
    fn components_agree_with_reachability() {
        // All graphs of four nodes with at most two edges a node, from a counter.
        for seed in 0_u32..4096 {
            let edge = |node: u32, which: u32| (seed >> (node * 3 + which)) & 3;
            let edges: Vec<Vec<u32>> = (0..4).map(|node| vec![edge(node, 0), edge(node, 1)]).collect();
            let mut reach = [[false; 4]; 4];
            for (from, row) in reach.iter_mut().enumerate() {
                row[from] = true;
                for _ in 0..4 {
                    for node in 0..4 {
                        if row[node] {
                            edges[node].iter().for_each(|to| row[*to as usize] = true);
                        }
                    }
                }
            }
            let found = components(&edges);
            for one in 0..4 {
                for other in 0..4 {
                    let together = reach[one][other] && reach[other][one];
                    assert_eq!(found[one] == found[other], together, "{edges:?}");
                    if reach[one][other] {
                        assert!(found[other] <= found[one], "{edges:?}");
                    }
                }
            }
        }
    }
}
