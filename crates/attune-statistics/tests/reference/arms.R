# Analysis of covariance with plain and HC3 standard errors, and the change score.
# R 4.2.2, sandwich; run as: Rscript arms.R
library(sandwich)
pre  <- c(12, 15, 9, 11, 14, 10, 13, 16, 8, 12)
post <- c(14, 18, 12, 12, 18, 10, 12, 17, 9, 11)
arm  <- rep(c(1, 0), each = 5)
m <- lm(post ~ pre + arm)
s <- summary(m)$coefficients["arm", ]
hc3 <- sqrt(vcovHC(m, "HC3")["arm", "arm"])
w <- t.test((post - pre)[arm == 1], (post - pre)[arm == 0])
cat(R.version.string, " sandwich", as.character(packageVersion("sandwich")), "\n")
print(c(s[1:2], p = s[[4]], confint(m)["arm", ], hc3 = hc3, p_hc3 = 2 * pt(-abs(s[[1]] / hc3), 7)), digits = 15)
print(c(w$statistic, w$parameter, p = w$p.value), digits = 15)
sp <- sqrt((4 * var(pre[1:5]) + 4 * var(pre[6:10])) / 8)
J <- exp(lgamma(4) - lgamma(3.5)) / sqrt(4)
print(c(g = J * s[[1]] / sp), digits = 15)
