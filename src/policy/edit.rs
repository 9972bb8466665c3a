//! One key changed in place: comments and order stay.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use super::show;

/// Sets a dotted key in the text of a policy and returns the new text. `value` is TOML; what is none is taken as a string.
pub fn set(text: &str, key: &str, value: &str) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|e| format!("the policy is not TOML: {e}"))?;
    let parts = show::split(key);
    let Some((name, tables)) = parts.split_last().filter(|(n, t)| !n.is_empty() && t.iter().all(|p| !p.is_empty()))
    else {
        return Err(format!("`{key}` is no key"));
    };
    let mut value: Value = value.parse().unwrap_or_else(|_| value.into());
    let mut at = document.as_item_mut();
    for part in tables {
        at = step(at, part, key)?;
    }
    let entry = at.as_table_like_mut().ok_or_else(|| format!("`{key}`: what stands above `{name}` is no table"))?;
    match entry.get_mut(name) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        Some(_) => return Err(format!("`{key}` is a table; set one of its keys")),
        None => drop(entry.insert(name, Item::Value(value))),
    }
    Ok(document.to_string())
}

fn step<'i>(at: &'i mut Item, part: &str, key: &str) -> Result<&'i mut Item, String> {
    if at.is_array_of_tables() || at.is_array() {
        let count = at.as_array_of_tables().map_or_else(|| at.as_array().map_or(0, |a| a.len()), ArrayOfTables::len);
        let index = part.parse::<usize>().ok().filter(|i| *i < count);
        let index = index.ok_or_else(|| format!("`{key}`: expected an index below {count} instead of `{part}`"))?;
        return at.get_mut(index).ok_or_else(|| format!("`{key}`: there is nothing at {index}"));
    }
    let table = at.as_table_like_mut().ok_or_else(|| format!("`{key}`: what stands above `{part}` is no table"))?;
    if !table.contains_key(part) {
        let mut new = Table::new();
        new.set_implicit(true);
        table.insert(part, Item::Table(new));
    }
    table.get_mut(part).ok_or_else(|| format!("`{key}`: `{part}` cannot be made"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_order_stay() {
        let text = "# top\n[policies]\nversion = \"1.0\" # ours\n\n[[policies.rule]]\nid = \"x\" # first\neffect = \"permit\"\n";
        assert_eq!(set(text, "policies.version", "\"1.0\"").as_deref(), Ok(text));
        let changed = set(text, "policies.rule.0.effect", "forbid").unwrap();
        assert_eq!(changed, text.replace("\"permit\"", "\"forbid\""));
        let added = set(text, "audit.retention_days", "400").unwrap();
        assert!(added.starts_with(text) && added.ends_with("[audit]\nretention_days = 400\n"), "{added}");
        assert!(
            set(text, "policies", "1").is_err()
                && set(text, "policies.rule.7.id", "1").is_err()
                && set(text, "", "1").is_err()
        );
    }
}
