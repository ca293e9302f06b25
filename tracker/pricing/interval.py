"""The 80 % interval around a value that rests on few prices."""

#: 90 % quantile of the normal distribution: 10 % lie above, 10 % below, 80 % between.
Z = 1.2815515655446004


def t_quantile(degrees: float) -> float:
    """Return the 90 % quantile of Student's t with ``degrees`` of freedom (2 at least).

    First terms of the expansion around the normal quantile (Abramowitz & Stegun 26.7.5); within 0.5 %
    from 4 degrees on.
    """
    v = max(degrees, 2.0)
    return Z + (Z**3 + Z) / (4 * v) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * v**2)


def half_width(error: float, n_effective: float) -> float:
    """Return half the width of the 80 % interval in ln price, for a standard error learnt from so many prices."""
    return error * t_quantile(n_effective - 1)
