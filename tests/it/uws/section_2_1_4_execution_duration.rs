//! 2.1.4 Execution duration: a job that takes longer is aborted.

use super::{ENDLESS, Service};

#[test]
fn a_job_that_takes_longer_is_aborted_and_says_so() {
    let service = Service::new();
    let job = service.create(ENDLESS);
    assert_eq!(service.value(&format!("{job}/executionduration")), "0");
    service.change(&format!("{job}/executionduration"), "EXECUTIONDURATION=1");
    assert_eq!(service.value(&format!("{job}/executionduration")), "1");
    for nonsense in ["-1", "soon", ""] {
        let form = format!("EXECUTIONDURATION={nonsense}");
        service.refused(400, &format!("{job}/executionduration"), &form, "EXECUTIONDURATION");
    }
    service.change(&format!("{job}/phase"), "PHASE=RUN");
    service.until(&job, "ABORTED");
    let document = service.document(&job);
    assert_eq!(document.text("executionDuration"), "1");
    assert!(document.text("message").contains("longer than the 1 s"), "{document:?}");
    // it has ended: there is nothing to allow any more
    service.refused(403, &format!("{job}/executionduration"), "EXECUTIONDURATION=9", "cannot be changed");
}
