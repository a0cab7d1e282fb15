//! Every shader, composed as the engine composes it: it is valid, its bindings and constants are those of the table,
//! its structs have the layout of the host's, and every file of `shaders/` is used.

use std::{collections::BTreeSet, mem::offset_of, path::Path};

use naga::{
    AddressSpace, Module, StorageAccess, TypeInner,
    valid::{Capabilities, ValidationFlags, Validator},
};

use super::{
    ALL, Binding, CONVERGE, CROWDED, ConvergeParams, CrowdedParams, Kernel, PROPOSE_WIDE, ProposeParams, SELECT, SPREAD,
};
use super::{SelectParams, SpreadParams, SpreadState};

fn parsed(kernel: &Kernel) -> Module {
    naga::front::wgsl::parse_str(&kernel.source())
        .unwrap_or_else(|error| panic!("{}: {}", kernel.stem, error.emit_to_string(&kernel.source())))
}

#[test]
fn every_shader_is_valid_without_any_extension() {
    for kernel in ALL {
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
        let found = validator.validate(&parsed(kernel));
        assert!(found.is_ok(), "{}: {}", kernel.stem, found.unwrap_err().emit_to_string(&kernel.source()));
    }
}

#[test]
fn entry_points_bindings_and_constants_are_those_of_the_table() {
    for kernel in ALL {
        let module = parsed(kernel);
        let entries: Vec<_> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(entries, ["main"], "{}", kernel.stem);
        let mut bindings: Vec<(u32, u32, Binding)> = Vec::new();
        for (_, variable) in module.global_variables.iter() {
            let kind = match variable.space {
                AddressSpace::Uniform => Binding::Uniform,
                AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => Binding::Write,
                AddressSpace::Storage { .. } => Binding::Read,
                _ => continue,
            };
            let at = variable.binding.as_ref().unwrap();
            bindings.push((at.group, at.binding, kind));
        }
        bindings.sort_by_key(|&(_, binding, _)| binding);
        let expected: Vec<_> = (0..).zip(kernel.bindings).map(|(binding, &kind)| (0, binding, kind)).collect();
        assert_eq!(bindings, expected, "{}", kernel.stem);
        let constants: BTreeSet<_> = module.overrides.iter().filter_map(|(_, o)| o.name.clone()).collect();
        assert_eq!(constants, kernel.constants.iter().map(ToString::to_string).collect(), "{}", kernel.stem);
    }
}

/// Checks a struct of a shader against the host's: name and offset of each member, and the size.
fn check_layout(kernel: &Kernel, name: &str, members: &[(&str, usize)], size: usize) {
    let module = parsed(kernel);
    let (_, found) = module.types.iter().find(|(_, of)| of.name.as_deref() == Some(name)).unwrap();
    let TypeInner::Struct { members: found, span } = &found.inner else { panic!("{name} is no struct") };
    let found: Vec<_> = found.iter().map(|m| (m.name.clone().unwrap(), m.offset as usize)).collect();
    let expected: Vec<_> = members.iter().map(|&(name, offset)| (name.to_owned(), offset)).collect();
    assert_eq!(found, expected, "{} {name}", kernel.stem);
    assert_eq!(*span as usize, size, "{} {name}", kernel.stem);
}

macro_rules! layout {
    ($kernel:expr, $name:literal, $host:ty, $($member:ident),+) => {
        check_layout($kernel, $name, &[$((stringify!($member), offset_of!($host, $member))),+], size_of::<$host>())
    };
}

#[test]
fn structs_are_laid_out_as_on_the_host() {
    layout!(
        &PROPOSE_WIDE,
        "Params",
        ProposeParams,
        features,
        query_stride,
        reference_stride,
        first_query,
        first_reference,
        queries,
        references,
        query_index,
        reference_index,
        first_list,
        capacity
    );
    layout!(&SELECT, "Params", SelectParams, capacity, finish);
    layout!(&CROWDED, "Params", CrowdedParams, lists, most);
    layout!(&SPREAD, "Params", SpreadParams, rows, classes, propagation, alpha, first_part);
    layout!(&SPREAD, "State", SpreadState, is_done, iterations, reached, change);
    layout!(&CONVERGE, "State", SpreadState, is_done, iterations, reached, change);
    layout!(&CONVERGE, "Params", ConvergeParams, parts, max_iter, tol, padding);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test of the files themselves")]
fn every_file_of_the_folder_belongs_to_a_kernel() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shaders");
    let sources: Vec<&str> = ALL.iter().flat_map(|kernel| kernel.parts).copied().collect();
    let mut files = 0;
    for folder in [folder.join("common"), folder] {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "wgsl") {
                // a shader's own lines, whatever the line ends of the checkout
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(sources.contains(&text.as_str()), "{} is in no kernel", path.display());
                files += 1;
            }
        }
    }
    assert_eq!(files, sources.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn kernels_stay_within_what_every_adapter_offers() {
    let limits = wgpu::Limits::default();
    for kernel in ALL {
        let storage = kernel.bindings.iter().filter(|&&kind| kind != Binding::Uniform).count();
        assert!(storage <= limits.max_storage_buffers_per_shader_stage as usize, "{}", kernel.stem);
        let entry = &parsed(kernel).entry_points[0];
        let size = entry.workgroup_size;
        assert!(size.iter().product::<u32>() <= limits.max_compute_invocations_per_workgroup, "{}", kernel.stem);
    }
}
