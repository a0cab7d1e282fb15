//! Draws the bars: all rows faint, the selected ones strong in front of them.

use std::ops::RangeInclusive;

use web_sys::HtmlCanvasElement;

use crate::{
    components::{spectrum_plot::ink::Ink, views::cloud_plot::layers::clear},
    state::{
        camera::Room,
        format::fixed,
        histogram::Histogram,
        scale::{Scale, Ticks, axis_exponent},
    },
};

/// Where things are.
#[derive(Debug, Clone)]
pub struct At {
    /// The box of the bars.
    pub room: Room,
    /// Bars that are being marked.
    pub marked: Option<RangeInclusive<usize>>,
    /// The bar pointed at.
    pub cursor: Option<usize>,
}

/// Draws them.
pub fn draw(canvas: &HtmlCanvasElement, ink: &Ink, found: &Histogram, selected: &[u32], title: &str, at: &At) {
    let Some(context) = clear(canvas) else { return };
    let _ = canvas.set_attribute("data-bars", &found.len().to_string());
    let Room { left, top, width, height } = at.room;
    let (right, floor) = (left + width, top + height);
    let most = f64::from(found.counts.iter().copied().max().unwrap_or(0).max(1));
    let up = Scale::new((0.0, 1.05 * most), (floor, top));
    let wide = width / found.len().max(1) as f64;
    context.set_font(&format!("11px {}", ink.font));
    context.set_line_width(1.0);
    let sharp = |v: f64| v.round() + 0.5;
    let rule = |from: (f64, f64), to: (f64, f64)| {
        context.begin_path();
        context.move_to(sharp(from.0), sharp(from.1));
        context.line_to(sharp(to.0), sharp(to.1));
        context.stroke();
    };
    let write = |text: &str, x: f64, y: f64, align: &str| {
        context.set_text_align(align);
        // a text that cannot be drawn leaves its place empty
        let _ = context.fill_text(text, x, y);
    };
    context.set_fill_style_str(&ink.text);
    context.set_stroke_style_str(&ink.grid);
    let ticks = Ticks::round(0.0, 1.05 * most, (height / 36.0).max(2.0) as usize);
    for value in ticks.values.iter().filter(|value| value.fract() == 0.0) {
        rule((left, up.at(*value)), (right, up.at(*value)));
        write(&fixed(*value, 0), left - 6.0, up.at(*value) + 4.0, "right");
    }
    let any = selected.iter().any(|count| *count > 0);
    for (i, count) in found.counts.iter().enumerate() {
        let x = left + wide * i as f64;
        let gap = if wide > 4.0 { 1.0 } else { 0.0 };
        let bar = |count: u32, color: &str, alpha: f64| {
            context.set_global_alpha(alpha);
            context.set_fill_style_str(color);
            let y = up.at(f64::from(count));
            context.fill_rect(x, y, (wide - gap).max(0.5), floor - y);
            context.set_global_alpha(1.0);
        };
        if at.cursor == Some(i) || at.marked.as_ref().is_some_and(|marked| marked.contains(&i)) {
            context.set_fill_style_str(&ink.framed);
            context.fill_rect(x, top, wide, height);
        }
        bar(*count, &ink.series[1], if any { 0.3 } else { 0.75 });
        bar(selected.get(i).copied().unwrap_or(0), &ink.series[1], 1.0);
    }
    context.set_fill_style_str(&ink.text);
    context.set_stroke_style_str(&ink.axis);
    rule((left, floor), (right, floor));
    if let [low, .., high] = found.edges[..] {
        let across = Scale::new((low, high), (left, right));
        let exponent = axis_exponent(low, high);
        let unit = 10f64.powi(exponent);
        let ticks = Ticks::round(low / unit, high / unit, (width / 72.0).max(2.0) as usize);
        for value in &ticks.values {
            let x = across.at(value * unit);
            rule((x, floor), (x, floor + 4.0));
            write(&fixed(*value, ticks.decimals), x, floor + 16.0, "center");
        }
        let power =
            if exponent == 0 { String::new() } else { format!(", 10{}", crate::state::format::superscript(exponent)) };
        write(&format!("{title}{power}"), left + 0.5 * width, floor + 33.0, "center");
        return;
    }
    for (i, text) in found.texts.iter().enumerate() {
        let room = (wide / 6.5) as usize;
        let short: String = if text.chars().count() > room.max(2) {
            text.chars().take(room.max(2) - 1).chain(['…']).collect()
        } else {
            text.clone()
        };
        write(&short, left + wide * (i as f64 + 0.5), floor + 16.0, "center");
    }
    write(title, left + 0.5 * width, floor + 33.0, "center");
}
