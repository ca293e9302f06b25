"""``gpudeals catalog``: what the catalog knows of the cards, with units and sources."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from db.errors import GpudealsError
from tracker.cli.export import register_export
from tracker.cli.output import Format, FormatOption, print_rows

if TYPE_CHECKING:
    from tracker.catalog import Gpu

catalog_app = typer.Typer(no_args_is_help=True, help="The cards: specifications, sources, look-alikes.")

LIST_COLUMNS = (
    "sku",
    "model",
    "vram_gb",
    "memory_type",
    "bandwidth_gb_s",
    "fp32_tflops",
    "fp16_tensor_tflops",
    "tdp_w",
    "form_factor",
    "release_date",
)
LIST_HEADINGS = {
    "sku": "SKU",
    "model": "model",
    "vram_gb": "GB",
    "memory_type": "memory",
    "bandwidth_gb_s": "GB/s",
    "fp32_tflops": "FP32 TFLOPS",
    "fp16_tensor_tflops": "FP16 tensor TFLOPS",
    "tdp_w": "W",
    "form_factor": "form",
    "release_date": "released",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    register_export(catalog_app)
    app.add_typer(catalog_app, name="catalog")


@catalog_app.command("list")
def list_cards(
    vendor: Annotated[str | None, typer.Option(help="nvidia, amd or intel.")] = None,
    min_vram: Annotated[float | None, typer.Option(metavar="GB", help="Cards with at least this much VRAM.")] = None,
    format: FormatOption = Format.table,
) -> None:
    """List the cards that prices are tracked for."""
    from tracker.catalog import catalog

    vendors = {gpu.vendor.lower() for gpu in catalog()}
    if vendor is not None and vendor.lower() not in vendors:
        raise typer.BadParameter(f"{vendor!r} is none of {', '.join(sorted(vendors))}.", param_hint="--vendor")
    chosen = [
        gpu
        for gpu in catalog()
        if (vendor is None or gpu.vendor.lower() == vendor.lower()) and (min_vram is None or gpu.vram_gb >= min_vram)
    ]
    print_rows([_list_row(gpu) for gpu in chosen], format, LIST_COLUMNS, LIST_HEADINGS, f"{len(chosen)} cards")


def _list_row(gpu: "Gpu") -> dict[str, Any]:
    row = {name: getattr(gpu, name) for name in LIST_COLUMNS if name != "sku"}
    released = gpu.release_date.isoformat() if gpu.release_date else None
    vram = int(gpu.vram_gb) if gpu.vram_gb.is_integer() else gpu.vram_gb
    return {"sku": gpu.slug, **row, "release_date": released, "vram_gb": vram}


@catalog_app.command("show")
def show(
    sku: Annotated[str, typer.Argument(metavar="SKU", help="A SKU such as rtx-3080-10gb, or a name with its size.")],
    format: FormatOption = Format.table,
) -> None:
    """Show everything the catalog knows of one card, with the source of each figure."""
    from tracker.catalog import look_alikes
    from tracker.catalog.sheet import as_record, sheet, sources_used

    gpu = find_card(sku)
    if format is not Format.table:
        record = as_record(gpu)
        print_rows([record], format, tuple(record))
        return
    print_rows(sheet(gpu), format, ("field", "value", "source"), {"source": "source or remark"}, gpu.name)
    for label, text in (("not to be confused with", look_alikes(gpu.slug)), ("note", gpu.notes)):
        if text:
            typer.echo(f"\n{label}: {text}")
    typer.echo("\n" + "\n".join(f"{name}: {what}" for name, what in sources_used(gpu).items()))


def find_card(sku: str) -> "Gpu":
    """Return the card that ``sku`` names; GpudealsError with near names where none has that name."""
    from tracker.catalog import catalog

    gpu = catalog().named(sku)
    if gpu is None:
        near = catalog().near(sku)
        hint = f"; did you mean {', '.join(near)}?" if near else "; see: gpudeals catalog list"
        raise GpudealsError(f"the catalog has no card {sku!r}{hint}")
    return gpu
