//! Who does what when, and how it is drawn. The script says who speaks to whom, who reaches out, and what
//! the infants do; the voices read the same script.

use super::picture::{Colour, HEIGHT, Picture, Point, WIDTH};

/// Somebody in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Carer1,
    Carer2,
    Staff,
    Infant1,
    Infant2,
}

/// Something that somebody does for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Speaks to somebody; the second says whether as to an infant.
    Speaks(Who),
    Reaches(Who),
    Smiles(Who),
    Plays,
    Cries,
}

pub struct Line {
    pub who: Who,
    pub does: Does,
    pub from: f64,
    pub to: f64,
}

const fn line(who: Who, does: Does, from: f64, to: f64) -> Line {
    Line {
        who,
        does,
        from,
        to,
    }
}

/// The script, in seconds.
pub const SCRIPT: &[Line] = &[
    line(Who::Infant1, Does::Plays, 0.0, 5.0),
    line(Who::Infant2, Does::Plays, 0.0, 9.0),
    line(Who::Staff, Does::Speaks(Who::Carer1), 1.0, 3.2),
    line(Who::Carer1, Does::Speaks(Who::Staff), 3.6, 5.0),
    line(Who::Carer1, Does::Speaks(Who::Infant1), 5.6, 8.0),
    line(Who::Infant1, Does::Smiles(Who::Carer1), 6.4, 9.5),
    line(Who::Carer1, Does::Speaks(Who::Infant1), 8.6, 10.2),
    line(Who::Carer2, Does::Speaks(Who::Infant2), 10.6, 12.6),
    line(Who::Infant2, Does::Smiles(Who::Carer2), 11.4, 14.0),
    line(Who::Infant1, Does::Plays, 9.5, 16.0),
    line(Who::Carer2, Does::Reaches(Who::Infant2), 13.0, 15.0),
    line(Who::Carer2, Does::Speaks(Who::Carer1), 15.4, 17.6),
    line(Who::Carer1, Does::Speaks(Who::Carer2), 18.0, 19.6),
    line(Who::Infant1, Does::Cries, 16.0, 22.5),
    line(Who::Carer1, Does::Reaches(Who::Infant1), 20.0, 23.5),
    line(Who::Carer1, Does::Speaks(Who::Infant1), 20.2, 22.8),
    line(Who::Carer2, Does::Speaks(Who::Infant1), 23.2, 24.8),
    line(Who::Infant1, Does::Smiles(Who::Carer2), 23.6, 27.0),
    line(Who::Infant2, Does::Plays, 14.0, 26.0),
    line(Who::Staff, Does::Speaks(Who::Infant2), 25.4, 27.4),
    line(Who::Infant2, Does::Smiles(Who::Staff), 26.0, 29.0),
    line(Who::Staff, Does::Reaches(Who::Infant2), 27.6, 29.4),
    line(Who::Carer1, Does::Speaks(Who::Infant1), 29.6, 31.8),
    line(Who::Infant1, Does::Smiles(Who::Carer1), 30.2, 33.0),
    line(Who::Carer2, Does::Speaks(Who::Infant2), 32.2, 34.2),
    line(Who::Infant2, Does::Smiles(Who::Carer2), 32.8, 36.0),
    line(Who::Staff, Does::Speaks(Who::Carer2), 35.0, 37.0),
    line(Who::Infant1, Does::Plays, 33.0, 40.0),
    line(Who::Infant2, Does::Plays, 36.0, 40.0),
    line(Who::Carer2, Does::Speaks(Who::Staff), 37.4, 39.0),
];

/// The script in the codes of the community study's whole-room scheme: subject, behaviour, to whom, from,
/// to, with tabs between.
pub fn script_by_the_scheme() -> String {
    let subject = |who| match who {
        Who::Carer1 => "carer-1",
        Who::Carer2 => "carer-2",
        Who::Staff => "staff-1",
        Who::Infant1 => "infant-1",
        Who::Infant2 => "infant-2",
    };
    let target = |who, whom| match (who, whom) {
        (Who::Carer1, Who::Infant1) | (Who::Carer2, Who::Infant2) => "own-infant",
        (_, Who::Infant1 | Who::Infant2) => "other-infant",
        (_, Who::Carer1 | Who::Carer2) => "other-parent",
        (_, Who::Staff) => "staff",
    };
    let mut lines: Vec<(f64, String)> = SCRIPT
        .iter()
        .map(|line| {
            let (does, to_whom) = match line.does {
                Does::Speaks(whom) => ("speaks", target(line.who, whom)),
                Does::Reaches(whom) => ("reaches", target(line.who, whom)),
                Does::Smiles(_) => ("engaged", ""),
                Does::Plays => ("exploring", ""),
                Does::Cries => ("distressed", ""),
            };
            let who = subject(line.who);
            let text = format!("{who}\t{does}\t{to_whom}\t{}\t{}\n", line.from, line.to);
            (line.from, text)
        })
        .collect();
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines.into_iter().map(|(_, text)| text).collect()
}

const WALL: Colour = [238, 232, 220];
const FLOOR: Colour = [206, 190, 165];
const MAT: Colour = [164, 190, 184];
const INK: Colour = [46, 48, 60];

/// Where the head of somebody is.
fn head_of(who: Who) -> Point {
    match who {
        Who::Carer1 => (165.0, 120.0),
        Who::Carer2 => (475.0, 120.0),
        Who::Staff => (320.0, 92.0),
        Who::Infant1 => (238.0, 232.0),
        Who::Infant2 => (402.0, 232.0),
    }
}

fn colours_of(who: Who) -> (Colour, Colour) {
    match who {
        Who::Carer1 => ([58, 118, 128], [232, 190, 160]),
        Who::Carer2 => ([184, 120, 60], [150, 104, 78]),
        Who::Staff => ([96, 92, 140], [244, 208, 182]),
        Who::Infant1 => ([214, 150, 128], [238, 200, 172]),
        Who::Infant2 => ([132, 158, 96], [166, 118, 90]),
    }
}

/// What somebody does now.
fn now(who: Who, time: f64) -> impl Iterator<Item = Does> {
    SCRIPT
        .iter()
        .filter(move |line| line.who == who && line.from <= time && time < line.to)
        .map(|line| line.does)
}

/// The frame at a time.
pub fn at(time: f64) -> Picture {
    let mut picture = Picture::filled(WALL);
    let (width, height) = (WIDTH as f64, HEIGHT as f64);
    picture.rectangle((0.0, 205.0), (width, height), FLOOR);
    picture.rectangle((500.0, 20.0), (600.0, 96.0), [188, 212, 226]);
    picture.rectangle((548.0, 20.0), (552.0, 96.0), WALL);
    picture.ellipse((320.0, 292.0), (230.0, 50.0), MAT);
    for who in [Who::Staff, Who::Carer1, Who::Carer2] {
        draw_adult(&mut picture, who, time);
    }
    for who in [Who::Infant1, Who::Infant2] {
        draw_infant(&mut picture, who, time);
    }
    draw_clock(&mut picture, time);
    picture
}

/// Where somebody looks: at whom they turn to, the ball, or ahead.
fn gaze(who: Who, time: f64) -> Point {
    let head = head_of(who);
    let aim = now(who, time).find_map(|does| match does {
        Does::Speaks(whom) | Does::Reaches(whom) | Does::Smiles(whom) => Some(head_of(whom)),
        Does::Plays => Some(ball_of(who, time)),
        Does::Cries => None,
    });
    let Some(aim) = aim else { return (0.0, 0.2) };
    let (x, y) = (aim.0 - head.0, aim.1 - head.1);
    let length = x.hypot(y).max(1.0);
    (x / length, y / length)
}

fn ball_of(who: Who, time: f64) -> Point {
    let side = if who == Who::Infant1 { 34.0 } else { -34.0 };
    let head = head_of(who);
    (
        head.0 + side + 5.0 * (time * 3.0).sin(),
        head.1 + 62.0 - 4.0 * (time * 6.0).sin().abs(),
    )
}

fn draw_adult(picture: &mut Picture, who: Who, time: f64) {
    let (clothes, skin) = colours_of(who);
    let head = sway(who, time);
    let lean = gaze(who, time).0 * 6.0;
    let waist = (head.0 - lean, head.1 + 116.0);
    picture.ellipse((waist.0, waist.1 - 24.0), (44.0, 62.0), clothes);
    let reached = now(who, time).find_map(|does| match does {
        Does::Reaches(whom) => Some(head_of(whom)),
        _ => None,
    });
    for side in [-1.0, 1.0] {
        let shoulder = (waist.0 + side * 32.0, head.1 + 52.0);
        let rest = (waist.0 + side * 38.0, head.1 + 112.0);
        let hand = match reached {
            Some(aim) if (aim.0 - head.0) * side > 0.0 => {
                let share = 0.72 + 0.06 * (time * 5.0).sin();
                (
                    shoulder.0 + (aim.0 - shoulder.0) * share,
                    shoulder.1 + (aim.1 + 20.0 - shoulder.1) * share,
                )
            }
            _ => rest,
        };
        picture.line(shoulder, hand, 15.0, clothes);
        picture.ellipse(hand, (8.0, 8.0), skin);
    }
    draw_head(picture, who, (head, 30.0), time);
}

fn draw_infant(picture: &mut Picture, who: Who, time: f64) {
    let (clothes, skin) = colours_of(who);
    let head = sway(who, time);
    picture.ellipse((head.0, head.1 + 42.0), (26.0, 30.0), clothes);
    let kick = if now(who, time).any(|does| does == Does::Cries) {
        10.0 * (time * 14.0).sin()
    } else {
        2.0 * (time * 4.0).sin()
    };
    for side in [-1.0, 1.0] {
        let hip = (head.0 + side * 14.0, head.1 + 64.0);
        picture.line(
            hip,
            (hip.0 + side * 18.0, hip.1 + 8.0 + side * kick),
            13.0,
            clothes,
        );
        let hand = (head.0 + side * 32.0, head.1 + 50.0 - side * kick);
        picture.line((head.0 + side * 18.0, head.1 + 30.0), hand, 9.0, clothes);
        picture.ellipse(hand, (5.5, 5.5), skin);
    }
    if now(who, time).any(|does| does == Does::Plays) {
        picture.ellipse(ball_of(who, time), (11.0, 11.0), [196, 82, 66]);
    }
    draw_head(picture, who, (head, 22.0), time);
}

/// Heads move a little: nobody sits still.
fn sway(who: Who, time: f64) -> Point {
    let head = head_of(who);
    let phase = head.0 / 40.0;
    (head.0 + 2.5 * (time * 0.9 + phase).sin(), head.1)
}

fn draw_head(picture: &mut Picture, who: Who, (head, radius): (Point, f64), time: f64) {
    let (_, skin) = colours_of(who);
    let look = gaze(who, time);
    let is_infant = matches!(who, Who::Infant1 | Who::Infant2);
    if !is_infant {
        picture.ellipse(
            (head.0 - look.0 * 4.0, head.1 - 6.0),
            (radius + 4.0, radius + 3.0),
            INK,
        );
    }
    picture.ellipse(head, (radius, radius * 1.05), skin);
    let face = (
        head.0 + look.0 * radius * 0.35,
        head.1 + look.1 * radius * 0.3,
    );
    for side in [-1.0, 1.0] {
        let eye = (face.0 + side * radius * 0.36, face.1 - radius * 0.12);
        picture.ellipse(eye, (radius * 0.15, radius * 0.17), [250, 250, 246]);
        let pupil = (
            eye.0 + look.0 * radius * 0.06,
            eye.1 + look.1 * radius * 0.06,
        );
        picture.ellipse(pupil, (radius * 0.09, radius * 0.1), INK);
    }
    let mouth = (face.0, face.1 + radius * 0.45);
    let does: Vec<Does> = now(who, time).collect();
    let speaks = does.iter().any(|does| matches!(does, Does::Speaks(_)));
    if does.contains(&Does::Cries) {
        picture.ellipse(mouth, (radius * 0.3, radius * 0.28), [120, 44, 44]);
        let drop = (time * 2.0).fract();
        picture.ellipse(
            (face.0 + radius * 0.5, face.1 + drop * radius * 0.7),
            (2.5, 3.5),
            [90, 150, 200],
        );
    } else if speaks {
        let open = radius * (0.06 + 0.14 * (time * 13.0).sin().abs());
        picture.ellipse(mouth, (radius * 0.24, open), [120, 44, 44]);
        let towards = look.1.atan2(look.0);
        for ring in 0..3 {
            let size = radius * (1.35 + 0.3 * f64::from(ring) + 0.3 * (time * 2.0).fract());
            picture.arc(head, size, (towards - 0.35, towards + 0.35), INK);
        }
    } else if does.iter().any(|does| matches!(does, Does::Smiles(_))) {
        let middle = (mouth.0, mouth.1 - radius * 0.25);
        picture.arc(
            middle,
            radius * 0.38,
            (0.4, std::f64::consts::PI - 0.4),
            INK,
        );
    } else {
        let half = radius * 0.18;
        picture.line(
            (mouth.0 - half, mouth.1),
            (mouth.0 + half, mouth.1),
            2.2,
            INK,
        );
    }
}

/// A wall clock that goes round once in the film, so that a still can be placed.
fn draw_clock(picture: &mut Picture, time: f64) {
    let middle = (60.0, 56.0);
    picture.ellipse(middle, (26.0, 26.0), INK);
    picture.ellipse(middle, (23.0, 23.0), [250, 248, 242]);
    let angle = time / 40.0 * std::f64::consts::TAU - std::f64::consts::FRAC_PI_2;
    let hand = (middle.0 + 18.0 * angle.cos(), middle.1 + 18.0 * angle.sin());
    picture.line(middle, hand, 3.0, [176, 74, 60]);
}
