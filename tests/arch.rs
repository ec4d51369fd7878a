//! The architecture that the code keeps: imports point one way, no files import each other in a circle, every file says
//! what it owns and stays small.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// The parts of the program, and the parts that each may name. `lib` and `main` may name all.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("duration", &[]),
    ("error", &[]),
    ("hex", &[]),
    ("suggest", &[]),
    ("model", &["duration", "error"]),
    ("x509", &["hex", "model"]),
    ("analysis", &["model", "x509"]),
    ("exit", &["error", "model"]),
    ("processes", &[]),
    ("signals", &["exit", "processes"]),
    ("config", &["error", "suggest"]),
    ("net", &["config", "duration", "error"]),
    ("providers", &["analysis", "clock", "config", "error", "hex", "model", "net", "processes", "suggest"]),
    ("output", &["config", "error", "model", "signals"]),
    ("logging", &["output"]),
    ("cli", &["config", "duration", "error", "exit", "model", "output", "providers", "suggest"]),
    ("settings", &["cli", "config", "error", "providers", "suggest"]),
    ("engine", &["analysis", "config", "duration", "error", "model", "providers", "settings"]),
    (
        "commands",
        &[
            "Cli",
            "analysis",
            "cli",
            "clock",
            "config",
            "engine",
            "error",
            "exit",
            "model",
            "net",
            "output",
            "providers",
            "settings",
            "signals",
        ],
    ),
];

/// The path of a module below the crate, such as `["providers", "aliyun"]`.
type Module = Vec<String>;

/// A source file, and what it names.
#[derive(Default)]
struct Source {
    /// The paths that it names, as they are written.
    paths: BTreeSet<Vec<String>>,
    /// The names that it hands on from other modules: the name here, and the path that it stands for.
    imports: BTreeMap<String, Vec<String>>,
}

/// Collects the paths of one file; test modules are left out.
#[derive(Default)]
struct Collector(Source);

impl<'ast> Visit<'ast> for Collector {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let mut paths = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut paths);
        for (name, path) in paths {
            self.0.imports.insert(name, path.clone());
            // A name that a module only hands on is no dependency of the module's own code.
            if matches!(item.vis, Visibility::Inherited) {
                self.0.paths.insert(path);
            }
        }
    }

    /// `pub(in …)` is no dependency.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.0.paths.insert(segments);
        }
        visit::visit_path(self, path);
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_test = |list: &syn::MetaList| list.tokens.to_string().contains("test");
        attribute.path().is_ident("cfg") && attribute.meta.require_list().is_ok_and(is_test)
    })
}

/// The names that a `use` brings in, each with its whole path.
fn flatten(tree: &UseTree, prefix: &mut Vec<String>, paths: &mut Vec<(String, Vec<String>)>) {
    let whole = |prefix: &[String], last: String| [prefix, &[last]].concat();
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, paths);
            prefix.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            paths.push((prefix.last().cloned().unwrap_or_default(), prefix.clone()));
        }
        UseTree::Name(name) => paths.push((name.ident.to_string(), whole(prefix, name.ident.to_string()))),
        UseTree::Rename(rename) => paths.push((rename.rename.to_string(), whole(prefix, rename.ident.to_string()))),
        UseTree::Glob(_) => paths.push(("*".to_owned(), prefix.clone())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, prefix, paths)),
    }
}

/// Every module of the crate, with its file.
struct Crate(BTreeMap<Module, Source>);

impl Crate {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut modules = BTreeMap::new();
        for path in files(&root) {
            let inside = path.strip_prefix(&root).expect("a path inside").with_extension("");
            let mut module: Module = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            // Files of tests are declared by test modules.
            if module.last().is_some_and(|name| name.ends_with("_tests")) {
                continue;
            }
            module.pop_if(|last| last == "mod");
            let syntax = syn::parse_file(&fs::read_to_string(&path).expect("a file")).expect("Rust");
            let mut collector = Collector::default();
            let is_code = |item: &&Item| !matches!(item, Item::Mod(module) if module.content.is_none());
            syntax.items.iter().filter(is_code).for_each(|item| collector.visit_item(item));
            modules.insert(module, collector.0);
        }
        assert!(modules.len() > 60, "{}", modules.len());
        Self(modules)
    }

    /// The module that defines what a path names, as it is written in `module`; `None` outside of the crate.
    fn resolve(&self, module: &Module, path: &[String], depth: usize) -> Option<Module> {
        let (mut place, mut rest) = (module.clone(), path);
        match rest.first()?.as_str() {
            "crate" => (place, rest) = (Module::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|segment| segment == "super") {
                    place.pop();
                    rest = &rest[1..];
                }
            }
            child => {
                let child: Module = [place.as_slice(), &[child.to_owned()]].concat();
                self.0.get(&child)?;
            }
        }
        while let Some(segment) = rest.first() {
            let child: Module = [place.as_slice(), std::slice::from_ref(segment)].concat();
            if !self.0.contains_key(&child) {
                break;
            }
            (place, rest) = (child, &rest[1..]);
        }
        // What a module hands on is defined elsewhere.
        let handed_on = rest.first().and_then(|name| self.0.get(&place)?.imports.get(name)).filter(|_| depth < 8);
        match handed_on {
            Some(path) if place != *module => self.resolve(&place, path, depth + 1).or(Some(place)),
            _ => Some(place),
        }
    }

    /// The modules that each module names, itself left out.
    fn edges(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let edges = self.0.iter().map(|(module, source)| {
            let named = source.paths.iter().filter_map(|path| self.resolve(module, path, 0));
            (module, named.filter(|named| named != module).collect())
        });
        edges.collect()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The modules that `from` reaches, itself only where a way leads back to it.
fn reachable<'a>(edges: &'a BTreeMap<&Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<&'a Module> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Module> = edges.get(from).into_iter().flatten().collect();
    while let Some(module) = open.pop() {
        if seen.insert(module) {
            open.extend(edges.get(module).into_iter().flatten());
        }
    }
    seen
}

#[test]
fn imports_point_one_way() {
    let all = Crate::read();
    let mut wrong = Vec::new();
    for (module, named) in all.edges() {
        let Some(part) = module.first().filter(|part| !["lib", "main"].contains(&part.as_str())) else { continue };
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| name == part) else {
            wrong.push(format!("{part} has no place in the table"));
            continue;
        };
        for name in named.iter().map(|named| named.first().map_or("Cli", String::as_str)) {
            if name != part && !allowed.contains(&name) {
                wrong.push(format!("{} names {name}", module.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let all = Crate::read();
    let mut edges = all.edges();
    // What a folder's own `mod.rs` defines is there for the files of the folder.
    for (module, named) in &mut edges {
        named.retain(|named| !module.starts_with(named));
    }
    let reachable: BTreeMap<&Module, BTreeSet<&Module>> =
        edges.keys().map(|module| (*module, reachable(&edges, module))).collect();
    let mut circles = Vec::new();
    for (module, named) in &edges {
        let leads_back = |named: &&Module| reachable.get(named).is_some_and(|reached| reached.contains(*module));
        circles.extend(
            named.iter().filter(leads_back).map(|named| format!("{} → {}", module.join("::"), named.join("::"))),
        );
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn every_file_says_what_it_owns_and_stays_small() {
    for folder in ["src", "tests"] {
        for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
            let text = fs::read_to_string(&path).expect("a file");
            let first = text.lines().find(|line| !line.is_empty() && !line.starts_with("#!")).unwrap_or_default();
            assert!(first.starts_with("//!"), "{} does not say what it owns", path.display());
            assert!(text.lines().count() <= 400, "{} is too long", path.display());
        }
    }
}
