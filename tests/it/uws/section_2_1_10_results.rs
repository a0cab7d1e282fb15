//! 2.1.10 Results list: what came of a job, under names that stay.

use balmer_exchange::votable;

use super::{QUICK, Service};

#[test]
fn results_are_listed_with_their_sizes_and_are_what_the_run_saved() {
    let service = Service::new();
    let job = service.create(QUICK);
    assert_eq!(service.document(&format!("{job}/results")).names(), ["results"]);
    assert_eq!(service.get(&format!("{job}/results/result")).status, 404);
    service.change(&job, "PHASE=RUN");
    service.until(&job, "COMPLETED");
    let list = service.document(&format!("{job}/results"));
    let names = list.all("result", "id");
    assert_eq!(names, ["result", "candidates.parquet", "neighbors.parquet", "rejected.csv", "provenance.json"]);
    assert_eq!(service.document(&job).all("result", "href"), list.all("result", "href"));
    let folder = service.balmer.data_dir().join("runs").join(job.rsplit('/').next().unwrap());
    for (name, media_type) in [
        ("candidates.parquet", "application/vnd.apache.parquet"),
        ("neighbors.parquet", "application/vnd.apache.parquet"),
        ("rejected.csv", "text/csv"),
        ("provenance.json", "application/json"),
    ] {
        let listed = list.with_id("result", name);
        assert_eq!(
            listed.attribute("href"),
            format!("{}{}/results/{name}", service.jobs().trim_end_matches("/uws"), job)
        );
        let answer = service.get(&format!("{job}/results/{name}"));
        assert_eq!(answer.body, std::fs::read(folder.join(name)).unwrap(), "{name}");
        assert_eq!(listed.attribute("size"), answer.body.len().to_string(), "{name}");
        assert_eq!(listed.attribute("mime-type"), media_type);
        assert!(answer.header("content-type").starts_with(media_type), "{name}");
    }
    assert_eq!(service.get(&format!("{job}/results/status.json")).status, 404);
    assert_eq!(service.get(&format!("{job}/results/..%2Fspec.toml")).status, 404);
}

#[test]
fn the_result_is_the_votable_of_all_candidates() {
    let service = Service::new();
    let job = service.create(&format!("{QUICK}&PHASE=RUN"));
    service.until(&job, "COMPLETED");
    let answer = service.get(&format!("{job}/results/result"));
    assert_eq!(answer.header("content-type"), "application/x-votable+xml");
    let table = votable::read(&answer.body).unwrap();
    let job = service.document(&job);
    assert_eq!(table.tables[0].rows.len().to_string(), job.with_name("count", "ranked"));
}
