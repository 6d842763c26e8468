"""The documentation site: ``make docs`` builds it from the repository's root.

Sources are docs/, README.md, CHANGELOG.md, CONTRIBUTING.md and the methods' READMEs as
they are, so that links between them work on GitHub and here. Nothing is downloaded.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from mmseg_uda.version import __version__  # noqa: E402

project = "mmseg_uda"
author = "the mmseg_uda authors"
project_copyright = author
release = version = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "myst_parser",
    "sphinx_copybutton",
    "mmseg_uda_site",
]
root_doc = "docs/index"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/**.md",
    "configs/*/README.md",
]
# Not looked into: mostly folders that no page lies in, some of them large.
exclude_patterns = [
    ".*",
    "benchmarks",
    "build",
    "data",
    "demo",
    "dist",
    "findings",
    "mmseg_uda",
    "tests",
    "tools",
    "work_dirs",
]
#: Left column: heading -> pages, in order. A pattern may fit none.
site_navigation = {
    "Start": ["docs/start", "README", "docs/gallery", "docs/toycity"],
    "Choose": ["docs/choose", "docs/data", "docs/label_formats"],
    "Your own": [
        "docs/own_data",
        "docs/own_files",
        "docs/own_configs",
        "docs/networks",
    ],
    "Recipes": [
        "docs/recipes/source_free",
        "docs/recipes/batch_norm_alone",
        "docs/recipes/few_labels",
        "docs/recipes/several_cameras",
        "docs/recipes/*",
    ],
    "Look at it": [
        "docs/predict",
        "docs/report*",
        "docs/healthy*",
        "docs/visualization",
        "docs/export*",
        "docs/label_free*",
        "docs/benchmarks/label_free*",
        "docs/benchmarks/adaptation",
        "docs/benchmarks/map_quality",
        "docs/benchmarks/*",
    ],
    "Reference": [
        "docs/stages",
        "docs/checkpoints",
        "docs/backbones",
        "docs/batch_norm",
        "docs/region_labels",
        "docs/translation",
        "docs/commands",
        "docs/api/index",
        "docs/methods",
        "docs/architecture",
        "CONTRIBUTING",
        "CHANGELOG",
    ],
    "Questions": ["docs/faq"],
}
#: Shorter than the page's own heading.
site_titles = {
    "README": "Overview",
    "docs/toycity": "ToyCity",
    "docs/data": "Data sets",
    "docs/networks": "A network of your own",
    "docs/visualization": "Pictures and curves",
    "docs/benchmarks/adaptation": "What adaptation gains",
    "docs/benchmarks/map_quality": "Which maps find wrong pixels",
    "docs/benchmarks/lcda": "Rows of the LCDA paper",
    "docs/benchmarks/mlan": "Rows of the MLAN paper",
    "docs/benchmarks/not_built": "What was not built",
    "docs/stages": "Stages and options",
    "docs/backbones": "Backbones",
    "docs/batch_norm": "Batch norm statistics",
}
#: Pages below a page of it, not named there.
site_subpages = {
    "docs/api/index": ["docs/api/*"],
    "docs/methods": ["configs/*/README"],
}

nitpicky = True
suppress_warnings = ["myst.header"]  # a page may leave out a level of headings
highlight_language = "none"
myst_heading_anchors = 6

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_display_short_literal_types = True
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Shape", "notes_style")]

html_theme = "furo"
html_title = f"mmseg_uda {version}"
html_math_renderer = "built_in_mathml"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_extra_path = [str(HERE / "index.html")]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
