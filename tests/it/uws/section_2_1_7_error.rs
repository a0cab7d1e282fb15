//! 2.1.7 Error: why a job failed, in short in its document and as a document of its own.

use super::Service;

#[test]
fn what_makes_no_sense_is_the_job_s_error_once_it_is_told_to_run() {
    let service = Service::new();
    for (form, words) in [
        ("SURVEY=sky&LOF.N_NEIGHBORS=many", "LOF.N_NEIGHBORS: 'many' is not a whole number"),
        ("SURVEY=nowhere", "no survey `nowhere`"),
        ("", "survey"),
        ("SURVEY=sky&WHERE=snr_rr+%3E+1", "snr_r"),
        ("SURVEY=sky&RECIPE.PIXELS=0", "recipe.pixels"),
        ("SURVEY=sky&LABELS.SOURCE=nowhere", "labels"),
    ] {
        let job = service.create(form);
        assert_eq!(service.get(&format!("{job}/error")).status, 404);
        service.change(&format!("{job}/phase"), "PHASE=RUN");
        service.until(&job, "ERROR");
        let document = service.document(&job);
        let summary = document.first("errorSummary");
        assert_eq!((summary.attribute("type"), summary.attribute("hasDetail")), ("fatal", "true"), "{form}");
        assert!(document.text("message").contains(words), "{form}: {}", document.text("message"));
        let error = service.get(&format!("{job}/error"));
        assert_eq!((error.status, error.header("content-type")), (200, "application/x-votable+xml"));
        let info = super::Document::read(&error.text());
        assert_eq!(info.first("INFO").attribute("value"), "ERROR");
        assert_eq!(info.text("INFO"), document.text("message"));
        // it is over, and can be deleted
        service.refused(403, &format!("{job}/phase"), "PHASE=RUN", "ERROR");
        service.served.request("DELETE", &format!("/vo{job}"), &[], "").unwrap();
        assert_eq!(service.get(&job).status, 404);
    }
}
