//! Steps of a procedure: items with the code that follows them, also where the code cuts the list.

use crate::model::spec::{At, DeployStep};

use crate::parse::spec::parts::{Entry, Part};

/// Reads the steps below a heading, which is the first part.
pub fn steps(parts: &[Part<'_>]) -> Vec<At<DeployStep>> {
    let mut steps: Vec<At<DeployStep>> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let title = match part.value {
            "" => part.title.clone(),
            value => format!("{}: {value}", part.title),
        };
        // `**Step 2: Migrate**` is a step, and what stands below it belongs to it.
        let is_step = at > 0 && is_step(&part.title);
        // What a fence belongs to: nothing yet, so that it makes a step of what was said before it.
        let mut current = None;
        let mut said = String::new();
        if is_step {
            steps.push(At::new(step(&title), part.line));
            current = steps.len().checked_sub(1);
        } else if at > 0 {
            said = title;
        }
        let outer = part.items().map(|item| item.depth).min().unwrap_or(0);
        let mut said_on = part.line;
        for entry in &part.entries {
            match entry {
                Entry::Item(item) if !is_step && item.depth == outer => {
                    let text = item.text();
                    if text.is_empty() && item.lines.is_empty() {
                        // An empty item may still hold code.
                        said.clear();
                        current = None;
                        continue;
                    }
                    steps.push(At::new(step(&text), item.line));
                    current = steps.len().checked_sub(1);
                }
                Entry::Item(item) => detail(&mut steps, current, &item.text()),
                Entry::Text(line, depth) if *depth > 0 || is_step => {
                    detail(&mut steps, current, line.text.trim());
                }
                Entry::Text(line, _) => {
                    if current.is_none() {
                        if said.is_empty() {
                            said_on = line.number;
                        } else {
                            said.push(' ');
                        }
                        said.push_str(line.text.trim());
                    }
                }
                Entry::Code(fence, _) => {
                    if current.is_none() {
                        let line = if said.is_empty() { fence.line } else { said_on };
                        steps.push(At::new(step(&std::mem::take(&mut said)), line));
                        current = steps.len().checked_sub(1);
                    }
                    if let Some(step) = current.and_then(|at| steps.get_mut(at)) {
                        step.value.fences.push((*fence).clone());
                    }
                }
            }
        }
    }
    steps
}

fn step(text: &str) -> DeployStep {
    DeployStep {
        text: text.trim().trim_end_matches(':').to_owned(),
        ..DeployStep::default()
    }
}

fn detail(steps: &mut [At<DeployStep>], current: Option<usize>, text: &str) {
    if let Some(step) = current.and_then(|at| steps.get_mut(at))
        && !text.is_empty()
    {
        step.value.details.push(text.to_owned());
    }
}

/// Whether a label or a heading counts steps: `Step 2: …`, `2. …`.
fn is_step(title: &str) -> bool {
    let title = title.trim();
    let numbered = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let rest = title.trim_start_matches(|c: char| c.is_ascii_digit());
    (numbered(title) && rest.starts_with(['.', ')', ':']))
        || title
            .get(..4)
            .filter(|word| word.eq_ignore_ascii_case("step"))
            .is_some_and(|_| numbered(title[4..].trim_start()))
}
