//! Which spectra: a condition in SQL, and controls that write it.
//!
//! The input is the truth. Each control reads its own clause from it and writes it back there, so that
//! what one sees is what is asked, and what one learns is SQL.

mod chip;
mod cone;
mod counting;
mod one_of;
mod range;
mod sample;
mod where_input;

use balmer_core::spectrum::ColumnType;
use balmer_exchange::api::ColumnInfo;
use leptos::prelude::*;

use self::{cone::ConeChip, one_of::OneOfChip, range::RangeChip, sample::SampleChip, where_input::WhereInput};
use crate::{
    components::crossmatch::Crossmatch,
    context::Draft,
    state::filter::{Clause, Condition, Slot},
};

/// What the controls share.
#[derive(Debug, Clone, Copy)]
struct Controls {
    /// The condition taken apart; `None` while it is unfinished.
    condition: Memo<Option<Condition>>,
    /// The control that is open.
    open: RwSignal<Option<&'static str>>,
    draft: Draft,
}

impl Controls {
    fn new(draft: Draft) -> Self {
        let condition = Memo::new(move |_| draft.condition.with(|text| Condition::parse(text)));
        Self { condition, open: RwSignal::new(None), draft }
    }

    /// What the condition says in a slot.
    fn read(self, slot: &Slot) -> Option<Clause> {
        self.condition.with(|condition| condition.as_ref()?.read(slot))
    }

    /// Writes a clause into the condition, or takes it out.
    fn write(self, slot: &Slot, clause: Option<&Clause>) {
        let changed = self.condition.with_untracked(|condition| Some(condition.as_ref()?.with(slot, clause)));
        if let Some(changed) = changed {
            self.draft.condition.set(changed.to_string());
            self.draft.forget_faults();
        }
    }

    /// Columns of numbers that fulfil a test.
    fn numbers(self, test: fn(&ColumnInfo) -> bool) -> Vec<ColumnInfo> {
        let is_number = |column: &ColumnInfo| matches!(column.datatype, ColumnType::Float | ColumnType::Int);
        self.draft.survey.with(|survey| {
            let columns = survey.iter().flat_map(|survey| &survey.columns);
            columns.filter(|column| is_number(column) && test(column)).cloned().collect()
        })
    }
}

fn is_signal_to_noise(column: &ColumnInfo) -> bool {
    column.ucd.starts_with("stat.snr")
}

/// Numbers of the sky and the object: no bookkeeping.
fn is_quantity(column: &ColumnInfo) -> bool {
    !is_signal_to_noise(column) && !column.ucd.starts_with("meta")
}

/// The bar.
#[component]
pub fn FilterBar() -> impl IntoView {
    let draft: Draft = expect_context();
    let controls = Controls::new(draft);
    counting::follow(draft);
    view! {
        <section class="bar filter-bar" aria-label="Subset">
            <WhereInput draft />
            <div class="chips" role="group" aria-label="Simple conditions">
                <OneOfChip controls name="Class" column="class" />
                <OneOfChip controls name="Type" column="subclass" />
                <RangeChip controls name="S/N" preferred="snr_r" test=is_signal_to_noise />
                <RangeChip controls name="Range" preferred="mag" test=is_quantity />
                <ConeChip controls />
                <SampleChip controls />
            </div>
            <div class="bar-end">
                <counting::SubsetCount draft />
                <Crossmatch />
                <button
                    type="button"
                    data-testid="load-subset"
                    title="List these spectra (Enter)"
                    on:click=move |_| draft.open_subset()
                >
                    "Load subset"
                </button>
            </div>
            <counting::Refusal draft />
        </section>
    }
}
