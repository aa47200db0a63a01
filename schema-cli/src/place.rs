//! What a command works on: packages of a workspace with their migrations, or bare paths.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use schema_core::Dialect;
use schema_replay::{Layout, MigrationSet, Problem, Project};
use serde_json::Value;

use crate::args::Where;
use crate::exit::{Result, Stop};
use crate::hosts::near;

/// A migrations directory and the Rust files whose models belong to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Site {
    /// The package, unless the paths were given bare.
    pub(crate) package: Option<Package>,
    /// The migrations; `None` where a package has no directory yet.
    pub(crate) project: Option<Project>,
    /// Root files of crates, or files and directories that were given bare.
    pub(crate) roots: Vec<PathBuf>,
    /// The root files of the libraries of the workspace, by the names that Rust code calls them by.
    pub(crate) libraries: Libraries,
}

/// A package of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) root: PathBuf,
    /// Whether it depends on driftless, or is it.
    pub(crate) uses_driftless: bool,
}

/// The root files of libraries by their names.
pub(crate) type Libraries = Arc<BTreeMap<String, PathBuf>>;

/// A package and the root files of its crates.
pub(crate) type Crates = (Package, Vec<PathBuf>);

impl Site {
    /// The migrations directory, which the command cannot do without.
    pub(crate) fn project(&self) -> Result<&Project> {
        self.project.as_ref().ok_or_else(|| {
            let of =
                self.package.as_ref().map_or_else(String::new, |package| format!(" of package `{}`", package.name));
            Stop::unusable(format!("there is no migrations directory{of}\n  help: run `cargo driftless init`"))
        })
    }

    /// The migrations, and the lock where there is one.
    pub(crate) fn read(&self) -> Result<MigrationSet> {
        schema_replay::read(self.project()?).map_err(|problems| stop(&problems))
    }
}

/// Problems as the reason to stop.
pub(crate) fn stop(problems: &[Problem]) -> Stop {
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    Stop::unusable(messages.join("\nerror: "))
}

impl Where {
    /// All that the command line names: one site for each migrations directory.
    pub(crate) fn sites(&self) -> Result<Vec<Site>> {
        self.all_sites(Err)
    }

    /// `otherwise` says what becomes of a directory that cannot be found.
    fn all_sites(&self, otherwise: fn(Stop) -> Result<Option<Project>>) -> Result<Vec<Site>> {
        match (&self.migrations, &self.models) {
            (Some(dir), _) => return Ok(vec![self.bare(dir)?]),
            (None, Some(models)) => return Ok(vec![self.beside(models)?]),
            (None, None) => {}
        }
        let (packages, libraries) = self.packages()?;
        let mut sites = Vec::new();
        for (package, roots) in packages {
            let mut by_dir: BTreeMap<Option<PathBuf>, Site> = BTreeMap::new();
            for root in roots {
                let project = Project::locate(Some(&root), &package.root, None).map_err(|problem| stop(&[problem]));
                let project = project.and_then(|project| project.map(|project| self.adjust(project)).transpose());
                let project = project.or_else(otherwise)?;
                let key = project.as_ref().map(|project| project.dir.clone());
                let site = by_dir.entry(key).or_insert_with(|| Site {
                    package: Some(package.clone()),
                    project,
                    roots: Vec::new(),
                    libraries: Arc::clone(&libraries),
                });
                site.roots.push(root);
            }
            sites.extend(by_dir.into_values());
        }
        Ok(sites)
    }

    /// The same for `check`: a migrations directory that is named without models is that of a package, and what is
    /// wrong with one package does not hide what is wrong with the others.
    pub(crate) fn sites_with_models(&self) -> Result<Vec<Site>> {
        let sites = self.all_sites(|_| Ok(None))?;
        let [Site { package: None, project: Some(project), roots, .. }] = sites.as_slice() else {
            return Ok(sites);
        };
        if !roots.is_empty() {
            return Ok(sites);
        }
        let of_package = Where { migrations: None, ..self.clone() }.sites().unwrap_or_default();
        let same = |site: &Site| site.project.as_ref().is_some_and(|other| other.dir == project.dir);
        let found: Vec<Site> = of_package.into_iter().filter(same).collect();
        if found.is_empty() {
            let help = "name them with `--models`; `cargo driftless pull` writes them from the migrations";
            return Err(Stop::unusable(format!(
                "no package has its models beside `{}`\n  help: {help}",
                project.shown
            )));
        }
        Ok(found)
    }

    /// The project that a Rust file belongs to, with what the command line says.
    pub(crate) fn locate(
        &self,
        file: &Path,
        root: &Path,
        name: Option<&str>,
    ) -> std::result::Result<Option<Project>, Problem> {
        let project = Project::locate(Some(file), root, name)?;
        Ok(project.map(|project| self.adjust(project.clone()).unwrap_or(project)))
    }

    /// The one site that the command line names.
    pub(crate) fn site(&self) -> Result<Site> {
        let mut sites = self.sites()?;
        if sites.len() > 1 {
            sites.retain(|site| site.project.is_some());
        }
        if sites.len() > 1 {
            // The package's own directory comes before those of its examples and tests.
            let own = |site: &Site| {
                let parent = site.project.as_ref().and_then(|project| project.dir.parent());
                site.package.as_ref().is_some_and(|package| parent == Some(package.root.as_path()))
            };
            if sites.iter().filter(|site| own(site)).count() == 1 {
                sites.retain(own);
            }
        }
        let names: Vec<String> = sites
            .iter()
            .filter_map(|site| site.package.as_ref())
            .map(|package| format!("`{}`", package.name))
            .collect();
        match sites.len() {
            0 => Err(Stop::unusable(
                "there is no package here\n  help: name the paths with `--models` and `--migrations`",
            )),
            1 => Ok(sites.remove(0)),
            _ => Err(Stop::unusable(format!(
                "there are several packages with migrations: {}\n  help: choose one with `--package`, or a directory with `--migrations`",
                names.join(", ")
            ))),
        }
    }

    fn bare(&self, dir: &Path) -> Result<Site> {
        if !dir.is_dir() {
            let shown = dir.display();
            let help = format!("check the path, or run `cargo driftless init --migrations {shown}`, which makes it");
            return Err(Stop::unusable(format!("there is no directory `{shown}`\n  help: {help}")));
        }
        let shown = dir.display().to_string().replace('\\', "/");
        let shown = shown.trim_end_matches('/');
        let project = Project::at(dir, shown).map_err(|problem| stop(&[problem]))?;
        let roots = self.models.as_deref().map(existing).transpose()?.into_iter().collect();
        Ok(Site { package: None, project: Some(self.adjust(project)?), roots, libraries: Arc::default() })
    }

    /// Models that are named without migrations belong to the nearest directory at or above them.
    fn beside(&self, models: &Path) -> Result<Site> {
        let models = existing(models)?;
        let start = if models.is_dir() { models.join("models.rs") } else { models.clone() };
        let here = std::env::current_dir().unwrap_or_default();
        let project = Project::locate(Some(&start), &here, None).map_err(|problem| stop(&[problem]))?;
        let Some(project) = project else {
            return Err(Stop::unusable(format!(
                "there is no `migrations` directory at or above `{}`\n  help: name it with `--migrations`",
                models.display()
            )));
        };
        Ok(Site { package: None, project: Some(self.adjust(project)?), roots: vec![models], libraries: Arc::default() })
    }

    /// What the command line says before what the configuration says.
    pub(crate) fn adjust(&self, mut project: Project) -> Result<Project> {
        if let Some(name) = &self.dialect {
            let dialect = Dialect::parse(name);
            project.config.dialect = dialect
                .ok_or_else(|| Stop::unusable(format!("unknown dialect `{name}`; expected `sqlite` or `postgres`")))?;
        }
        if let Some(name) = &self.layout {
            let layout = Layout::parse(name).ok_or_else(|| {
                let known: Vec<&str> = Layout::ALL.iter().map(|layout| layout.as_str()).collect();
                Stop::unusable(format!("unknown layout `{name}`\n  known: {}", known.join(", ")))
            })?;
            project.config.layout = Some(layout);
        }
        if project.config.dialect == Dialect::Postgres {
            return Err(Stop::unusable(
                "migrations for PostgreSQL cannot be replayed by this version, only those for SQLite",
            ));
        }
        Ok(project)
    }

    /// The packages and the root files of their crates, from `cargo metadata`, which works while nothing compiles.
    pub(crate) fn packages(&self) -> Result<(Vec<Crates>, Libraries)> {
        let metadata = self.metadata()?;
        let libraries = Arc::new(libraries(&metadata));
        let here = std::env::current_dir().unwrap_or_default();
        let members = metadata["packages"].as_array().into_iter().flatten().map(package).collect::<Vec<_>>();
        let named = |package: &Package| self.package.as_ref().is_none_or(|name| *name == package.name);
        let mut found: Vec<_> = members.into_iter().filter(|(package, _)| named(package)).collect();
        if found.is_empty() {
            let name = self.package.as_deref().unwrap_or_default();
            return Err(Stop::unusable(format!("there is no package `{name}` in this workspace")));
        }
        let inside = |package: &Package| here.starts_with(&package.root);
        let nearest =
            found.iter().filter(|(package, _)| inside(package)).map(|(package, _)| package.root.clone()).max();
        let workspace = metadata["workspace_root"].as_str().map(PathBuf::from);
        if let Some(nearest) =
            nearest.filter(|nearest| self.manifest_path.is_none() && Some(nearest) != workspace.as_ref())
        {
            found.retain(|(package, _)| package.root == nearest);
        }
        Ok((found, libraries))
    }

    pub(crate) fn metadata(&self) -> Result<Value> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        // A backtrace of cargo would stand in the message.
        command.env("RUST_BACKTRACE", "0");
        if let Some(path) = &self.manifest_path {
            command.arg("--manifest-path").arg(path);
        }
        let output = command.output().map_err(|error| Stop::unusable(format!("cannot run cargo: {error}")))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.trim().trim_start_matches("error: ").replace('\n', "\n  ");
            let help = "run in a package, or name the paths with `--models` and `--migrations`";
            return Err(Stop::unusable(format!("cargo finds no package: {words}\n  help: {help}")));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| Stop::unusable(format!("cargo metadata is not JSON: {error}")))
    }
}

/// A path that must exist.
fn existing(path: &Path) -> Result<PathBuf> {
    match path.exists() {
        true => Ok(path.to_owned()),
        false => Err(Stop::unusable(format!("there is no file or directory `{}`", path.display()))),
    }
}

/// The root files of all libraries of the workspace. A dependency under another name is known by that too.
fn libraries(metadata: &Value) -> BTreeMap<String, PathBuf> {
    let packages = || metadata["packages"].as_array().into_iter().flatten();
    let mut found = BTreeMap::new();
    let mut by_package = BTreeMap::new();
    for package in packages() {
        for target in package["targets"].as_array().into_iter().flatten() {
            let kinds = target["kind"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let is_library = kinds.into_iter().any(|kind| matches!(kind, "lib" | "rlib" | "dylib"));
            if let (true, Some(name), Some(path)) = (is_library, target["name"].as_str(), target["src_path"].as_str()) {
                let path = near(Path::new(path));
                by_package.insert(package["name"].as_str().unwrap_or_default(), path.clone());
                found.insert(name.replace('-', "_"), path);
            }
        }
    }
    for dependency in packages().flat_map(|package| package["dependencies"].as_array().into_iter().flatten()) {
        let (name, rename) = (dependency["name"].as_str(), dependency["rename"].as_str());
        if let (Some(path), Some(rename)) = (name.and_then(|name| by_package.get(name)), rename) {
            found.insert(rename.replace('-', "_"), path.clone());
        }
    }
    found
}

fn package(value: &Value) -> Crates {
    let manifest = PathBuf::from(value["manifest_path"].as_str().unwrap_or_default());
    let root = manifest.parent().map(Path::to_path_buf).unwrap_or_default();
    let name = value["name"].as_str().unwrap_or_default().to_owned();
    let targets = value["targets"].as_array().into_iter().flatten();
    let kinds = ["lib", "rlib", "cdylib", "dylib", "staticlib", "bin", "example"];
    let is_source = |target: &&Value| {
        target["kind"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|kind| kind.as_str().is_some_and(|kind| kinds.contains(&kind)))
    };
    let roots = targets.filter(is_source).filter_map(|target| target["src_path"].as_str()).map(PathBuf::from).collect();
    let mut dependencies = value["dependencies"].as_array().into_iter().flatten();
    let uses_driftless = name == "driftless" || dependencies.any(|dependency| dependency["name"] == "driftless");
    (Package { name, root, uses_driftless }, roots)
}
