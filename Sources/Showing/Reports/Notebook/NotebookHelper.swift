/// The functions that a notebook defines: those that its cells use.
enum NotebookHelper: Int, CaseIterable, Sendable {
  case read, effect, draws, interval, number, table, strongest
  case shown, names, merge, top, byHead, cut, heatmap, wordmap, bars, lines, curves, changes, places

  /// Those that compute, and those that draw; the others are where the prompts are shown.
  static let computing: [NotebookHelper] = [
    .read, .effect, .draws, .interval, .number, .table, .strongest, .merge, .top, .byHead, .changes, .places,
  ]
  static let drawing: [NotebookHelper] = [.cut, .heatmap, .wordmap, .bars, .lines, .curves]

  /// The functions that this one calls.
  var needs: [NotebookHelper] {
    switch self {
    case .read, .draws, .number, .table, .shown, .merge, .top, .byHead, .cut: []
    case .effect: [.read]
    case .interval: [.draws]
    case .strongest: [.interval, .number, .table, .names]
    case .names: [.shown]
    case .heatmap: [.cut, .names, .number]
    case .wordmap: [.cut]
    case .bars: [.cut, .names, .interval]
    case .lines: [.names, .interval]
    case .curves: [.interval]
    case .changes, .places: [.number, .table]
    }
  }

  var source: String {
    switch self {
    case .read:
      #"""
      def read(group, path=RESULTS):
          """A group of a results file as an xarray Dataset: every axis has its name and its labels."""
          def axes(name, dataset):
              return [name] if dataset.is_scale else [axis[0].name.split("/")[-1] for axis in dataset.dims]

          def values(dataset):
              if h5py.check_string_dtype(dataset.dtype):
                  return dataset.asstr()[()]
              return dataset[()].astype(float) if dataset.dtype.kind == "f" else dataset[()]

          with h5py.File(path, "r") as file:
              found = {name: item for name, item in file[group].items() if isinstance(item, h5py.Dataset)}
              return xr.Dataset({name: (axes(name, item), values(item)) for name, item in found.items()})
      """#
    case .effect:
      #"""
      def effect(sweep, metric=METRIC, estimate=False, raw=False, path=RESULTS):
          """What each cell of a sweep did in each example: 0 where nothing changed, 1 where the other run is reached.

          estimate=True takes the values estimated from gradients, raw=True the change of the metric itself. NaN: no such cell."""
          data = read(f"sweeps/{sweep}", path)
          base, other = (read(f"baseline/{run}", path)[metric] for run in (BASE, OTHER))
          change = data[f"{metric}_attribution"] if estimate else data[metric] - base
          if "has_path" in data:
              change = change.where(data["has_path"] == 1)
          values = change if raw else change / (other - base).where(other != base)
          return values.where(np.isfinite(values))
      """#
    case .draws:
      #"""
      @cache
      def draws(count, redraws=1000):
          """Which examples each bootstrap redraw takes. The generator is SplitMix64 from seed 0, the one that Patchbay
          itself uses, so that intervals are the same here, in its reports, and whenever this is run."""
          z = np.arange(1, redraws * count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
          z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
          z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
          z = z ^ (z >> np.uint64(31))
          high, low, n, half = z >> np.uint64(32), z & np.uint64(0xFFFFFFFF), np.uint64(count), np.uint64(32)
          return ((high * n + (low * n >> half)) >> half).astype(int).reshape(redraws, count)
      """#
    case .interval:
      #"""
      def interval(values):
          """The mean over examples, and the bounds that 95 % of bootstrap redraws of the examples stay within."""
          values = np.asarray(values, dtype=float)
          there = np.isfinite(values)
          if not there.any():
              return np.nan, np.nan, np.nan
          filled, chosen = np.where(there, values, 0), draws(len(values))
          with np.errstate(invalid="ignore"):
              means = filled[chosen].sum(axis=1) / there[chosen].sum(axis=1)
          return filled.sum() / there.sum(), *np.nanquantile(means, [0.025, 0.975])
      """#
    case .number:
      #"""
      def number(value, decimals=3):
          """A number with so many decimals, and 0 without a sign."""
          return f"{round(float(value), decimals) + 0:.{decimals}f}"
      """#
    case .table:
      #"""
      def table(header, rows):
          """Prints rows of texts in columns."""
          widths = [max(map(len, column)) for column in zip(header, *rows)]
          for row in [header, *rows]:
              print("  ".join(text.rjust(width) for text, width in zip(row, widths)).rstrip(" "))
      """#
    case .strongest:
      #"""
      def strongest(cells, count=10, what="effect"):
          """Prints the cells with the largest means over examples, with bootstrap intervals."""
          axes = [axis for axis in cells.dims if axis != "example"]
          labels = [names(cells, axis) for axis in axes]
          means = cells.mean("example").values
          size = np.nan_to_num(np.abs(means), nan=-1).round(6).ravel()
          rows = []
          for place in zip(*np.unravel_index(np.argsort(-size, kind="stable")[:count], means.shape)):
              if np.isnan(means[place]):
                  continue
              values = cells.values[place]
              mean, low, high = interval(values)
              own = [labels[axis][entry] for axis, entry in enumerate(place)]
              rows.append([*own, number(mean), f"{number(low)} to {number(high)}", str(np.isfinite(values).sum())])
          table([*axes, what, "95 % interval", "examples"], rows)
      """#
    case .shown:
      #"""
      def shown(token):
          """A token on one line, without the space that most begin with."""
          token = token.replace("\n", "⏎").replace("\t", "⇥").replace("\r", "␍")
          return token.lstrip(" ▁Ġ") or "␣" * len(token) or "∅"
      """#
    case .names:
      #"""
      def names(values, axis):
          """The labels of an axis as texts; a position with what stands there."""
          labels = [shown(str(label)) for label in values[axis].values]
          if axis in ("position", "source", "destination") and POSITIONS:
              return [f"{label} {POSITIONS[int(label)]}" for label in labels]
          return labels
      """#
    case .merge:
      #"""
      def merge(values, axes):
          """Several axes as one, with labels such as 0.6."""
          name = ".".join(axes)
          merged = values.stack({name: axes})
          labels = [".".join(map(str, place)) for place in merged.indexes[name]]
          return merged.drop_vars([name, *axes]).assign_coords({name: labels})
      """#
    case .top:
      #"""
      def top(values, axis, count):
          """The entries of an axis that hold the largest means, in their order."""
          means = values.mean("example") if "example" in values.dims else values
          size = np.nan_to_num(np.abs(means.transpose(axis, ...).values), nan=-1).round(6)
          size = size.reshape(len(size), -1).max(axis=1)
          return values.isel({axis: np.sort(np.argsort(-size, kind="stable")[:count])})
      """#
    case .byHead:
      #"""
      def by_head(values):
          """Senders such as 3.1 as two axes, layer and head."""
          layer, head = np.array([name.split(".") for name in values["sender"].values], dtype=int).T
          heads = values.assign_coords(layer=("sender", layer), head=("sender", head))
          return heads.set_index(sender=["layer", "head"]).unstack("sender").transpose("layer", "head")
      """#
    case .cut:
      #"""
      def cut(name, room):
          """A name that leaves a figure room for what it is about."""
          return name if len(name) <= room else name[:room - 1] + "…"
      """#
    case .heatmap:
      #"""
      def heatmap(values, title, colours="RdBu_r", limits=None, least=0.0):
          """Draws an array of two axes. Red is above 0, blue below, white is 0, grey is where there is no value.

          Colours end at the largest value, but not below `least`; or at `limits`."""
          largest = max(float(np.nanmax(np.abs(values))), least) or 1.0
          low, high = limits or (-largest, largest)
          size = (min(14, 5 + values.shape[1] // 3), min(12, 3 + values.shape[0] // 4))
          figure, axes = plt.subplots(figsize=size, layout="constrained")
          axes.set_facecolor("lightgrey")
          picture = axes.imshow(values, cmap=colours, vmin=low, vmax=high, aspect="auto")
          rows, columns = ([cut(name, room) for name in names(values, axis)] for axis, room in zip(values.dims, (40, 20)))
          axes.set_xticks(range(len(columns)), columns, rotation=90 if max(map(len, columns)) > 3 else 0)
          axes.set_yticks(range(len(rows)), rows)
          if values.size <= 64:
              for (row, column), value in np.ndenumerate(values.values):
                  colour = "white" if abs(value) > 0.6 * max(abs(low), abs(high)) else "black"
                  axes.text(column, row, number(value, 2), ha="center", va="center", fontsize=8, color=colour)
          axes.set(title=title, xlabel=values.dims[1], ylabel=values.dims[0])
          figure.colorbar(picture)
          plt.show()
      """#
    case .wordmap:
      #"""
      def wordmap(values, words, columns, title):
          """Draws words on squares coloured by numbers from 0 to 1, an array of two axes."""
          size = (min(18, 3 + values.shape[1]), min(12, 2 + values.shape[0] // 3))
          figure, axes = plt.subplots(figsize=size, layout="constrained")
          picture = axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
          for (row, column), value in np.ndenumerate(values.values):
              colour = "white" if value > 0.6 else "black"
              axes.text(column, row, cut(words[row][column], 10), ha="center", va="center", fontsize=8, color=colour)
          axes.set_xticks(range(len(columns)), [cut(name, 20) for name in columns], rotation=90)
          axes.set_yticks(range(values.shape[0]), values[values.dims[0]].values)
          axes.set(title=title, xlabel=values.dims[1], ylabel=values.dims[0])
          figure.colorbar(picture)
          plt.show()
      """#
    case .bars:
      #"""
      def bars(values, title, unit):
          """Means over examples as bars, with bootstrap intervals."""
          axis = next(axis for axis in values.dims if axis != "example")
          mean, low, high = np.transpose([interval(row) for row in values.transpose(axis, "example").values])
          places = np.arange(len(mean))
          figure, axes = plt.subplots(figsize=(8, 2 + len(mean) // 4), layout="constrained")
          axes.barh(places, mean, xerr=np.maximum([mean - low, high - mean], 0), color="#4393c3", ecolor="black", capsize=2)
          axes.set_yticks(places, [cut(name, 40) for name in names(values, axis)])
          axes.set_ylim(len(mean) - 0.5, -0.5)
          axes.axvline(0, color="black", linewidth=0.8)
          axes.set(title=title, xlabel=unit, ylabel=axis)
          plt.show()
      """#
    case .lines:
      #"""
      def lines(values, title, x, unit):
          """A line along the axis x for each entry of the other one, with bands of bootstrap intervals."""
          figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
          other = [axis for axis in values.dims if axis not in (x, "example")]
          for entry, name in enumerate(names(values, other[0]) if other else ["mean"]):
              line = values.isel({other[0]: entry}) if other else values
              mean, low, high = np.transpose([interval(point) for point in line.transpose(x, "example").values])
              axes.plot(values[x], mean, marker="o", label=f"{other[0]} {name}" if other else name)
              axes.fill_between(values[x], low, high, alpha=0.15)
          axes.axhline(0, color="black", linewidth=0.8)
          axes.set(title=title, xlabel=x, ylabel=unit)
          axes.legend()
          plt.show()
      """#
    case .curves:
      #"""
      def curves(study, measures, title, unit):
          """Means over mazes against the coefficient, with 95 % intervals; at 0 the policy without any vector."""
          figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
          for measure, name in measures.items():
              points = {0.0: interval(study[f"{measure}_unsteered"])}
              for at in study["coefficient"].values:
                  points[float(at)] = study[f"{measure}_mean"].sel(coefficient=at).values
              mean, low, high = np.transpose([points[at] for at in sorted(points)])
              axes.plot(sorted(points), mean, marker="o", label=name)
              axes.fill_between(sorted(points), low, high, alpha=0.15)
          axes.axhline(0, color="black", linewidth=0.8)
          axes.set(title=title, xlabel="coefficient", ylabel=unit)
          axes.legend()
          plt.show()
      """#
    case .places:
      #"""
      def places(study, measures, count=40):
          """Prints measures along their axes, a row for each place that has a number."""
          axes = list(study[measures[0]].dims)
          rows = []
          for place in np.ndindex(*(study.sizes[axis] for axis in axes)):
              cell = study.isel(dict(zip(axes, place)))
              if len(rows) < count and np.isfinite(cell[measures[0]]):
                  rows.append([*(str(cell[axis].item()) for axis in axes), *(number(cell[name]) for name in measures)])
          table([*axes, *measures], rows)
      """#
    case .changes:
      #"""
      def changes(study, measures):
          """Prints what vectors change, as means over mazes with the 95 % intervals that the file has."""
          axes = [axis for axis in study[f"{measures[0]}_change"].dims if axis != "bound"]
          rows = []
          for place in list(np.ndindex(*(study.sizes[axis] for axis in axes)))[:20]:
              cell = study.isel(dict(zip(axes, place)))
              row = [str(cell[axis].item()) for axis in axes]
              for measure in measures:
                  mean, low, high = (number(bound, 2) for bound in cell[f"{measure}_change"].values)
                  row.append(f"{mean} ({low} to {high})")
              rows.append(row)
          table([*axes, *measures], rows)
      """#
    }
  }
}
