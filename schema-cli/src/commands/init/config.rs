//! `driftless.toml` as `init` writes it: what is not the default, and the rest as comments.

use schema_replay::Layout;

/// The text for a migrations directory, named relative to the file.
pub(super) fn text(dir: &str, layout: Layout) -> String {
    let stated = |is_default: bool| if is_default { "# " } else { "" };
    let layouts: Vec<&str> = Layout::ALL.iter().map(|layout| layout.as_str()).collect();
    format!(
        "# How driftless finds and reads the migrations. A line that begins with a `#` shows the default.\n\
         \n\
         {}migrations = \"{dir}\"\n\
         \n\
         # The layout is recognised where it is not stated:\n\
         # {}.\n\
         {}layout = \"{}\"\n\
         \n\
         # [lints] # each is \"deny\", \"warn\" or \"allow\"; `cargo driftless explain` lists them\n\
         # row-dependent = \"deny\"\n",
        stated(dir == "migrations"),
        layouts.join(", "),
        stated(layout == Layout::Plain),
        layout.as_str(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema_replay::Config;

    #[test]
    fn what_is_written_is_read_back() {
        let read = |text: &str| Config::parse("driftless.toml", text).expect("a configuration");
        assert_eq!(read(&text("migrations", Layout::Plain)), Config::default());
        let stated = read(&text("db/migrations", Layout::Diesel));
        assert_eq!(stated.migrations, Some("db/migrations".into()));
        assert_eq!(stated.layout, Some(Layout::Diesel));
        let comments = text("migrations", Layout::Plain).replace("\n# ", "\n").replace("[lints] # each", "[lints] # ");
        let lines = comments.lines().filter(|line| line.contains('=') || line.starts_with('['));
        read(&lines.collect::<Vec<_>>().join("\n"));
    }
}
