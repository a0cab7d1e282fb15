//! The class whose mean is drawn: which spectra are in it, and the fetching of them.

use std::{cell::RefCell, rc::Rc};

use balmer_exchange::api::Problem;
use leptos::{prelude::*, task::spawn_local};

use super::{Averaged, Compared, Drawn};
use crate::{
    client,
    context::{Desk, Labels},
    state::{
        compare::{MeanOf, Name},
        load::Load,
        mean::MOST_AVERAGED,
        picture::Same,
        roster::{Member, Progress, Why, evenly},
        sql::quoted,
    },
};

/// The best spectra come first where not all are taken.
const ORDER: &str = "snr_r DESC NULLS LAST, spectrum_id";

/// The class wanted: survey, what, and the spectra where labels say which.
type Wanted = (String, MeanOf, Option<Vec<String>>);

/// Fetches the class whenever it is another one.
pub fn follow_class(compared: Compared, desk: Desk, labels: Labels) {
    let of = Memo::new(move |_| compared.compare.with(|compare| compare.mean.clone()));
    let wanted = Memo::new(move |_| {
        let (survey, of) = (desk.survey.get()?, of.get()?);
        let labelled = match &of {
            MeanOf::Label(label) => labels.in_force.with(|labels| {
                let ids = labels.values().filter(|row| row.label == *label).map(|row| row.spectrum_id.clone());
                Some(ids.collect())
            }),
            _ => None,
        };
        Some((survey, of, labelled))
    });
    // counts the requests: what comes for one before is dropped, also where it was for the same class
    let version = StoredValue::new(0_u64);
    Effect::new(move || {
        version.update_value(|version| *version += 1);
        let mine = version.get_value();
        let is_wanted = move || version.get_value() == mine;
        compared.class_progress.set(Progress::default());
        let Some(now) = wanted.get() else { return compared.class.set(Load::Idle) };
        compared.class.set(Load::Loading);
        spawn_local(async move {
            let found = members(&now).await;
            if !is_wanted() {
                return;
            }
            match found {
                Ok((ids, all)) => fetch(compared, is_wanted, &now, &ids, all),
                Err(problem) => compared.class.set(Load::Failed(problem)),
            }
        });
    });
}

/// The spectra to take, and how many there are in all.
async fn members((survey, of, labelled): &Wanted) -> Result<(Vec<String>, u64), Problem> {
    let condition = match of {
        MeanOf::Label(_) => {
            let all = labelled.as_deref().unwrap_or_default();
            return Ok((evenly(all, MOST_AVERAGED), all.len() as u64));
        }
        MeanOf::Class(name) => format!("class = {}", quoted(name)),
        MeanOf::Subclass(name) => format!("subclass = {}", quoted(name)),
        MeanOf::Subset(name) => format!("in_subset({})", quoted(name)),
    };
    let page = client::spectra(survey, &condition, ORDER, MOST_AVERAGED).await?;
    Ok((page.rows.into_iter().map(|row| row.spectrum_id).collect(), page.total))
}

fn fetch(compared: Compared, is_wanted: impl Fn() -> bool + 'static, now: &Wanted, ids: &[String], all: u64) {
    let title = now.1.title();
    if ids.is_empty() {
        return compared.class.set(Load::Ready(Same::new(Averaged { title, spectra: Vec::new(), all })));
    }
    compared.class_progress.set(Progress { wanted: ids.len(), ..Progress::default() });
    let names: Vec<Name> = ids.iter().map(|id| Name::new(&now.0, id)).collect();
    let arrived: Rc<RefCell<Vec<Drawn>>> = Rc::default();
    let (spectra, ..) = compared.others.get_value();
    spectra.fetch_many(names, move |name, body| {
        if !is_wanted() {
            return false;
        }
        compared.class_progress.update(|progress| progress.take(&name, body.as_ref().err().map(ToString::to_string)));
        if let Ok(body) = body {
            arrived.borrow_mut().push((Member { name, why: Why::Set }, body));
        }
        if !compared.class_progress.with_untracked(Progress::is_under_way) {
            let mut spectra = arrived.take();
            // the sum of the same spectra is the same, whichever came first
            spectra.sort_by(|a, b| a.0.name.cmp(&b.0.name));
            compared.class.set(Load::Ready(Same::new(Averaged { title: title.clone(), spectra, all })));
        }
        true
    });
}
