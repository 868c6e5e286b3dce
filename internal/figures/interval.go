package figures

import "math"

// Interval is a 95 % confidence interval, both ends included.
type Interval struct {
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
}

// excludesZero reports whether zero is outside, which is what "different" means for the interval of a difference.
func (i Interval) excludesZero() bool { return i.Lower > 0 || i.Upper < 0 }

// z is the 97.5 % quantile of the normal distribution: what 95 % leaves on each side.
const z = 1.959963984540054

// Wilson returns the Wilson score interval of k successes in n, as fractions in [0, 1], and false if n is 0.
//
// It is E. B. Wilson's (1927): unlike p ± z·SE it stays inside [0, 1] and is honest for few answers and for shares near 0 or 1.
func Wilson(k, n int64) (Interval, bool) {
	if n <= 0 {
		return Interval{}, false
	}
	k = min(max(k, 0), n)
	p, m := float64(k)/float64(n), float64(n)
	centre := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	i := Interval{math.Max(0, centre-half), math.Min(1, centre+half)}
	// At the ends the formula gives exactly 0 and 1; rounding must not make it miss them.
	if k == 0 {
		i.Lower = 0
	}
	if k == n {
		i.Upper = 1
	}
	return i, true
}

// npsInterval returns the adjusted-Wald interval of a net promoter score, in points of −100…100, and false if there are no
// answers. It adds 3/4 of a promoter, 3/2 passives and 3/4 of a detractor before it takes the plain interval, and is cut at ±100.
func npsInterval(promoters, passives, detractors int64) (Interval, bool) {
	if promoters+passives+detractors <= 0 {
		return Interval{}, false
	}
	centre, variance := adjustedNPS(promoters, passives, detractors)
	half := z * math.Sqrt(variance)
	return Interval{math.Max(-100, 100*(centre-half)), math.Min(100, 100*(centre+half))}, true
}

// adjustedNPS returns the adjusted score as a fraction, and the variance of its estimate.
func adjustedNPS(promoters, passives, detractors int64) (centre, variance float64) {
	n := float64(promoters+passives+detractors) + 3
	p, d := (float64(promoters)+0.75)/n, (float64(detractors)+0.75)/n
	centre = p - d
	return centre, (p + d - centre*centre) / n
}

// meanInterval returns Student's t interval of a mean from n, Σ and Σ², on the native scale, and false if n < 2.
func meanInterval(n, sum, sumSquares int64) (Interval, bool) {
	if n < 2 {
		return Interval{}, false
	}
	mean, variance := meanAndVariance(n, sum, sumSquares)
	half := studentT(float64(n-1)) * math.Sqrt(variance/float64(n))
	return Interval{mean - half, mean + half}, true
}

// meanAndVariance returns the mean and the sample variance; n is at least 2.
func meanAndVariance(n, sum, sumSquares int64) (mean, variance float64) {
	// In integers until the last division: sum²/n first would lose the digits that matter.
	return float64(sum) / float64(n), float64(n*sumSquares-sum*sum) / (float64(n) * float64(n-1))
}

// studentT97_5 holds the 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom.
var studentT97_5 = [...]float64{
	12.7062047362, 4.3026527297, 3.1824463053, 2.7764451052, 2.5705818356,
	2.4469118511, 2.3646242516, 2.3060041352, 2.2621571628, 2.2281388520,
	2.2009851601, 2.1788128297, 2.1603686565, 2.1447866879, 2.1314495456,
	2.1199052992, 2.1098155778, 2.1009220402, 2.0930240544, 2.0859634473,
	2.0796138447, 2.0738730679, 2.0686576104, 2.0638985616, 2.0595385528,
	2.0555294386, 2.0518305165, 2.0484071418, 2.0452296421, 2.0422724563,
}

// studentT returns the 97.5 % quantile of Student's t with df ≥ 1 degrees of freedom, right to six digits: from the table, or
// beyond it by the expansion of Cornish and Fisher. Fractions of a degree below 30 take the next lower, wider one.
func studentT(df float64) float64 {
	if df < float64(len(studentT97_5))+1 {
		return studentT97_5[max(0, int(df)-1)]
	}
	const z2 = z * z
	return z + z*(z2+1)/(4*df) +
		z*(5*z2*z2+16*z2+3)/(96*df*df) +
		z*(3*z2*z2*z2+19*z2*z2+17*z2-15)/(384*df*df*df) +
		z*(79*z2*z2*z2*z2+776*z2*z2*z2+1482*z2*z2-1920*z2-945)/(92160*df*df*df*df)
}
