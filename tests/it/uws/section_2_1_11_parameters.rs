//! 2.1.11 Parameter list: the keys of a pipeline spec, by names whose case does not count.

use serde_json::json;

use super::Service;

#[test]
fn parameters_are_set_while_a_job_is_pending_and_not_after() {
    let service = Service::new();
    let job = service.create("survey=sky&Lof.N_Neighbors=30&REQUEST=doQuery&LANG=ADQL");
    let list = service.document(&format!("{job}/parameters"));
    assert_eq!(list.names(), ["parameters", "parameter", "parameter"]);
    assert_eq!(list.all("parameter", "id"), ["LOF.N_NEIGHBORS", "SURVEY"]);
    assert_eq!(service.value(&format!("{job}/parameters/lof.n_neighbors")), "30");
    assert_eq!(service.get(&format!("{job}/parameters/LANG")).status, 404);
    // what is ignored is told
    assert_eq!(service.document(&job).texts("ignored"), ["LANG", "REQUEST"]);

    service.change(&format!("{job}/parameters"), "LOF.N_NEIGHBORS=20&neighbors.n_neighbors=25&Where=snr_r+%3E+1");
    service.change(&format!("{job}/parameters"), "WHERE=&RUNID=a+name");
    let document = service.document(&job);
    assert_eq!(document.all("parameter", "id"), ["LOF.N_NEIGHBORS", "NEIGHBORS.N_NEIGHBORS", "SURVEY"]);
    assert_eq!(
        (document.with_id("parameter", "LOF.N_NEIGHBORS").text.as_str(), document.text("runId")),
        ("20", "a name")
    );

    service.change(&job, "PHASE=RUN");
    service.refused(403, &format!("{job}/parameters"), "LOF.N_NEIGHBORS=5", "parameters cannot be changed");
    service.until(&job, "COMPLETED");
    let id = job.rsplit('/').next().unwrap();
    let spec = &service.served.json("GET", &format!("/runs/{id}"), "")["spec"];
    assert_eq!((&spec["lof"]["n_neighbors"], &spec["neighbors"]["n_neighbors"]), (&json!(20), &json!(25)));
}

#[test]
fn a_run_that_was_asked_for_by_a_spec_has_the_spec_as_its_parameters() {
    let service = Service::new();
    let spec = json!({"survey": "sky", "lof": {"n_neighbors": 20}, "recipe": {"window_angstrom": [6500.0, 6700.5]}});
    let id = service.served.json("POST", "/runs", &spec.to_string())["id"].as_str().unwrap().to_owned();
    let job = format!("/uws/{id}");
    assert_eq!(service.ids(""), [id]);
    let document = service.document(&format!("{job}/parameters"));
    for (name, value) in [
        ("SURVEY", "sky"),
        ("LOF.N_NEIGHBORS", "20"),
        ("RECIPE.WINDOW_ANGSTROM", "6500.0 6700.5"),
        ("NEIGHBORS.METHOD", "exact"),
    ] {
        assert_eq!(document.with_id("parameter", name).text, value);
    }
    // the same again, as a client would that copies a job
    service.until(&job, "COMPLETED");
    let copied = document.all("parameter", "id").into_iter().map(|name| {
        let value = document.with_id("parameter", &name).text.replace(' ', "+");
        format!("{name}={value}")
    });
    let again = service.create(&format!("{}&PHASE=RUN", copied.collect::<Vec<_>>().join("&")));
    service.until(&again, "COMPLETED");
    let result = |job: &str| service.get(&format!("{job}/results/candidates.parquet")).body;
    assert!(result(&job) == result(&again), "the same parameters, other bytes");
}
