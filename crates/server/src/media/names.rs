//! What a file is called.

use std::path::Path;

/// Characters of a file's name.
const NAME_MAX_CHARS: usize = 200;

/// A name to show: without a path, and without what nobody sees.
pub(super) fn clean_name(name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_kept = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = name.chars().filter(is_kept).collect();
    let name = name.trim();
    if name.is_empty() || name.chars().all(|c| c == '.') {
        return "file".to_owned();
    }
    if name.chars().count() <= NAME_MAX_CHARS {
        return name.to_owned();
    }
    // Its ending says what it is for.
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    let ending = ending.filter(|ending| ending.chars().count() <= 16);
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let kept = NAME_MAX_CHARS - ending.chars().count();
    name.chars().take(kept).chain(ending.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_hides_nothing() {
        for (given, name) in [
            (Some("../../etc/passwd"), "passwd"),
            (Some("C:\\Users\\ann\\photo.jpg"), "photo.jpg"),
            (Some("a\r\nSet-Cookie: b=c"), "aSet-Cookie: b=c"),
            (Some("invoice\u{202e}fdp.exe"), "invoicefdp.exe"),
            (Some(".."), "file"),
            (Some("/"), "file"),
            (Some("  "), "file"),
            (Some("\0"), "file"),
            (None, "file"),
            (Some("Grüße 👋.txt"), "Grüße 👋.txt"),
        ] {
            assert_eq!(clean_name(given), name, "{given:?}");
        }
        let long = clean_name(Some(&format!("{}.jpeg", "a".repeat(999))));
        assert_eq!(long.chars().count(), NAME_MAX_CHARS);
        assert!(long.ends_with("a.jpeg"), "{long}");
    }
}
