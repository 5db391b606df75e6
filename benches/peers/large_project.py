#!/usr/bin/env python3
"""Write a synthetic, double-coded parent-infant project in the BORIS 7.0 JSON layout.

Default: 100 clips x 2 coders = 200 observations, 2,000 event rows each (state
behaviours give one START row and one STOP row, as BORIS stores them). Fixed seed,
standard library only, same bytes on every run.

usage: large_project.py OUT.boris [--clips 100] [--rows 2000] [--length 1800] [--seed 20260101]

Layout of one observation
  parent: gaze stream   (mutually exclusive states  pg_face / pg_object / pg_away)
          speech stream (state  p_speech, modifier  ids | ads)
          p_touch       (point)
  infant: gaze stream   (mutually exclusive states  ig_face / ig_object / ig_away)
          i_voc         (point, modifier  positive | negative | neutral)
Coder A is the generated record. Coder B is A with onset/offset jitter (normal,
sd 0.25 s), 4 % of bouts merged into the previous bout's code, 6 % of points dropped,
3 % of modifiers changed and 3 % extra points. Rows are then trimmed/padded with
points so that every observation has exactly --rows rows.
"""
import argparse
import json
import random

GAZE = {"parent": ["pg_face", "pg_object", "pg_away"], "infant": ["ig_face", "ig_object", "ig_away"]}


def bouts(rng, codes, n, length):
    """n consecutive bouts of an exhaustive stream, no immediate repetition."""
    cuts = sorted(rng.sample(range(1, length * 1000), n - 1))
    edges = [0] + cuts + [length * 1000]
    out, prev = [], None
    for a, b in zip(edges, edges[1:]):
        code = rng.choice([c for c in codes if c != prev])
        out.append([a, b, code, ""])
        prev = code
    return out


def speech(rng, n, length):
    """n non-overlapping speech bouts."""
    cuts = sorted(rng.sample(range(1, length * 1000), 2 * n))
    return [[cuts[2 * i], cuts[2 * i + 1], "p_speech", rng.choice(["ids", "ids", "ads"])] for i in range(n)]


def jitter_stream(rng, stream, length, exhaustive):
    """second coder's version of a stream; order and non-overlap are kept."""
    out = []
    for a, b, code, mod in stream:
        if out and rng.random() < 0.04:
            if exhaustive:
                out[-1][1] = b
            continue
        if mod and rng.random() < 0.03:
            mod = "ads" if mod == "ids" else "ids"
        out.append([a, b, code, mod])
    lim = length * 1000
    for i, bout in enumerate(out):
        if exhaustive:
            if i:
                lo, hi = out[i - 1][0] + 1, bout[1] - 1
                cut = min(max(bout[0] + int(rng.gauss(0, 250)), lo), hi)
                out[i - 1][1] = bout[0] = cut
        else:
            lo = out[i - 1][1] + 1 if i else 0
            bout[0] = min(max(bout[0] + int(rng.gauss(0, 250)), lo), bout[1] - 1)
            hi = out[i + 1][0] - 1 if i + 1 < len(out) else lim
            bout[1] = min(max(bout[1] + int(rng.gauss(0, 250)), bout[0] + 1), max(hi, bout[0] + 1))
    merged = []
    for bout in out:
        if exhaustive and merged and merged[-1][2] == bout[2]:
            merged[-1][1] = bout[1]
        else:
            merged.append(bout)
    return merged


def rows_of(streams, points):
    rows = []
    for subject, stream in streams:
        for a, b, code, mod in stream:
            rows.append((a, 1, subject, code, mod))
            rows.append((b, 0, subject, code, mod))
    for t, subject, code, mod in points:
        rows.append((t, 2, subject, code, mod))
    rows.sort()
    return [[r[0] / 1000, r[2], r[3], r[4], ""] for r in rows]


def fit(rng, streams, points, n_rows, length):
    """bring the number of rows to n_rows by adding or dropping points."""
    need = n_rows - 2 * sum(len(s) for _, s in streams)
    points = list(points)
    while len(points) > need:
        points.pop(rng.randrange(len(points)))
    while len(points) < need:
        points.append(new_point(rng, length))
    return points


def new_point(rng, length):
    t = rng.randrange(1, length * 1000)
    if rng.random() < 0.4:
        return (t, "parent", "p_touch", "")
    return (t, "infant", "i_voc", rng.choice(["positive", "negative", "neutral"]))


def observation(rows, clip, coder, length):
    media = f"clip_{clip:03d}.mp4"
    return {
        "file": {"1": [media], "2": [], "3": [], "4": [], "5": [], "6": [], "7": [], "8": []},
        "type": "MEDIA",
        "date": "2026-01-01T00:00:00",
        "description": "",
        "time offset": 0.0,
        "events": rows,
        "observation time interval": [0, 0],
        "independent_variables": {"coder": coder, "phase": "before" if clip % 2 else "after"},
        "visualize_spectrogram": False,
        "visualize_waveform": False,
        "close_behaviors_between_videos": False,
        "scan_sampling_time": 0,
        "start_from_current_time": False,
        "media_info": {
            "length": {media: float(length)},
            "fps": {media: 25.0},
            "hasVideo": {media: True},
            "hasAudio": {media: True},
            "offset": {"1": 0.0},
        },
    }


def project(clips, n_rows, length, seed):
    rng = random.Random(seed)
    n_gaze, n_speech = round(n_rows * 0.17), round(n_rows * 0.10)
    observations = {}
    for clip in range(1, clips + 1):
        streams = [
            ("parent", bouts(rng, GAZE["parent"], n_gaze, length)),
            ("infant", bouts(rng, GAZE["infant"], n_gaze, length)),
            ("parent", speech(rng, n_speech, length)),
        ]
        points = fit(rng, streams, [], n_rows, length)
        observations[f"clip_{clip:03d}_A"] = observation(rows_of(streams, points), clip, "A", length)
        second = [(s, jitter_stream(rng, [list(b) for b in st], length, i < 2)) for i, (s, st) in enumerate(streams)]
        kept = []
        for t, subject, code, mod in points:
            if rng.random() < 0.06:
                continue
            if mod and rng.random() < 0.03:
                mod = rng.choice(["positive", "negative", "neutral"])
            kept.append((min(max(t + int(rng.gauss(0, 250)), 0), length * 1000), subject, code, mod))
        kept += [new_point(rng, length) for _ in range(round(len(points) * 0.03))]
        kept = fit(rng, second, kept, n_rows, length)
        observations[f"clip_{clip:03d}_B"] = observation(rows_of(second, kept), clip, "B", length)

    def behaviour(key, code, kind, category, excluded="", modifiers=""):
        return {"type": kind, "key": key, "code": code, "description": "", "color": "", "category": category,
                "modifiers": modifiers, "excluded": excluded, "coding map": ""}

    def modifier(values):
        return {"0": {"name": "", "description": "", "type": 0, "ask at stop": False, "values": values}}

    conf = []
    for who, keys in (("parent", "qwe"), ("infant", "asd")):
        for key, code in zip(keys, GAZE[who]):
            conf.append(behaviour(key, code, "State event", "gaze", ",".join(c for c in GAZE[who] if c != code)))
    conf.append(behaviour("z", "p_speech", "State event", "speech", "", modifier(["ids", "ads"])))
    conf.append(behaviour("x", "p_touch", "Point event", "touch"))
    conf.append(behaviour("c", "i_voc", "Point event", "voice", "", modifier(["positive", "negative", "neutral"])))
    return {
        "time_format": "s",
        "project_date": "2026-01-01T00:00:00",
        "project_name": "synthetic double-coded dyads",
        "project_description": f"seed {seed}",
        "project_format_version": "7.0",
        "subjects_conf": {"0": {"key": "1", "name": "parent", "description": ""},
                          "1": {"key": "2", "name": "infant", "description": ""}},
        "behaviors_conf": {str(i): b for i, b in enumerate(conf)},
        "observations": observations,
        "behavioral_categories": ["gaze", "speech", "touch", "voice"],
        "independent_variables": {
            "0": {"label": "coder", "description": "", "type": "text", "default value": "", "possible values": ""},
            "1": {"label": "phase", "description": "", "type": "value from set", "default value": "before", "possible values": "before,after"}},
        "coding_map": {}, "behaviors_coding_map": [], "converters": {},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--length", type=int, default=1800)
    parser.add_argument("--seed", type=int, default=20260101)
    a = parser.parse_args()
    with open(a.out, "w", encoding="utf-8", newline="\n") as handle:
        json.dump(project(a.clips, a.rows, a.length, a.seed), handle, separators=(",", ":"), sort_keys=True)
