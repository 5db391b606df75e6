//! A fast normal quantile for integration, where it is called millions of times.

/// The `z` below which a standard normal variable falls with probability `p`, to about 1e-15: rational
/// approximations of Wichura (1988), algorithm AS 241, PPND16. [`normal_quantile`](super::normal_quantile)
/// is exact far into the tails and slower.
pub(super) fn fast_normal_quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180_625 - centred * centred;
        return centred * ratio(&CENTRE, r);
    }
    let r = (-libm::log(p.min(1.0 - p))).sqrt();
    let z = if r <= 5.0 {
        ratio(&FLANK, r - 1.6)
    } else {
        ratio(&TAIL, r - 5.0)
    };
    z.copysign(centred)
}

/// Numerator and denominator, highest power first.
type Rational = ([f64; 8], [f64; 8]);

fn ratio((numerator, denominator): &Rational, x: f64) -> f64 {
    let value = |terms: &[f64; 8]| terms.iter().fold(0.0, |sum, term| sum * x + term);
    value(numerator) / value(denominator)
}

const CENTRE: Rational = (
    [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    [
        5_226.495_278_852_854,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
);
const FLANK: Rational = (
    [
        0.000_774_545_014_278_341_4,
        0.022_723_844_989_269_184,
        0.241_780_725_177_450_6,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-09,
        0.000_547_593_808_499_534_5,
        0.015_198_666_563_616_457,
        0.148_103_976_427_480_08,
        0.689_767_334_985_1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
);
const TAIL: Rational = (
    [
        2.010_334_399_292_288_1e-07,
        2.711_555_568_743_487_6e-05,
        0.001_242_660_947_388_078_4,
        0.026_532_189_526_576_124,
        0.296_560_571_828_504_87,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_7e-15,
        1.421_511_758_316_446e-07,
        1.846_318_317_510_054_8e-05,
        0.000_786_869_131_145_613_3,
        0.014_875_361_290_850_615,
        0.136_929_880_922_735_8,
        0.599_832_206_555_888,
        1.0,
    ],
);

#[cfg(test)]
mod tests {
    use super::fast_normal_quantile;
    use crate::distributions::normal_quantile;

    #[test]
    fn it_agrees_with_the_exact_quantile() {
        let tails = [
            1e-300, 1e-40, 1e-15, 1e-9, 1e-4, 0.01, 0.074, 0.076, 0.3, 0.499,
        ];
        for p in tails
            .into_iter()
            .flat_map(|p| [p, 1.0 - p])
            .filter(|p| *p < 1.0)
        {
            let (fast, exact) = (fast_normal_quantile(p), normal_quantile(p));
            assert!(
                (fast / exact - 1.0).abs() < 1e-13,
                "{p}: {fast} for {exact}"
            );
        }
        assert_eq!(fast_normal_quantile(0.5), 0.0);
    }
}
