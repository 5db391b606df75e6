"""Reads a crate with other people's programs: `rocrate` for the metadata, `frictionless` for the tables.

Usage: python read_crate.py FOLDER. Prints one line of counts; exits with an error where anything is wrong.
"""

import sys
from pathlib import Path

from frictionless import Package, validate
from rocrate.rocrate import ROCrate

folder = Path(sys.argv[1])

crate = ROCrate(folder)
root = crate.root_dataset
assert root["name"], "the crate has a name"
assert root["datePublished"], "the crate has a date"
assert root["license"], "the crate has a licence"
files = [entity for entity in crate.data_entities if "File" in str(entity.type)]
for entity in files:
    on_disk = folder / entity.id.replace("%20", " ")
    assert on_disk.is_file(), f"{entity.id} is described and not there"
    assert int(entity["contentSize"]) == on_disk.stat().st_size, f"{entity.id} has another size"
people = [entity for entity in crate.contextual_entities if entity.type == "Person"]

report = validate(str(folder / "datapackage.json"))
assert report.valid, report.flatten(["type", "message"])
package = Package(str(folder / "datapackage.json"))
rows = {resource.name: len(resource.read_rows()) for resource in package.resources}

print(f"{len(files)} files, {len(people)} people, {rows['units']} units, {rows['measures']} measures")
