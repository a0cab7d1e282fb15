//! The examples of docs/VO.md as they are printed: each block of shell, one after the other in one shell, against a server
//! whose survey has the name that the document uses.

use std::process::Command;

use crate::support::{Balmer, served::Served};

const DOCUMENT: &str = include_str!("../../../docs/VO.md");
/// Where the document says that the server is.
const ADDRESS: &str = "127.0.0.1:6563";

#[test]
fn the_examples_of_the_document_work_as_pasted() {
    let balmer = Balmer::new();
    balmer.ok(["simulate", "miles", "--count", "400", "--seed", "1"]);
    let served = Served::start(&balmer, &[]);
    let blocks: Vec<&str> = DOCUMENT.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 4, "the document has lost its examples");
    // curl alone tells of a failure by its status only where it is asked to
    let mut script = "set -eu\ncurl() { command curl --fail-with-body \"$@\"; }\n".to_owned();
    for (number, block) in blocks.iter().enumerate() {
        assert!(block.contains(ADDRESS) || number > 0, "{block}");
        script += &block.replace(ADDRESS, served.address());
        script.extend(["\necho block ", &number.to_string(), " done\n"]);
    }
    let folder = balmer.path("examples");
    std::fs::create_dir(&folder).unwrap();
    let output = Command::new("sh").args(["-c", &script]).current_dir(&folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(&format!("block {} done", blocks.len() - 1)), "{said}");
    assert!(said.contains("<uws:phase>COMPLETED</uws:phase>"), "{said}");
    let votable = std::fs::read_to_string(folder.join("candidates.vot")).unwrap();
    assert!(votable.contains("<VOTABLE"), "{votable}");
}
