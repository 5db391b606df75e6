# t tests of cluster means weighted by size, and the intraclass correlation by analysis of variance.
# Run in tests/reference: Rscript cluster_means.R   (prints; R 4.2.2)
d <- read.csv("../oracles/data/sites_did.csv"); d <- d[!is.na(d$score), ]
w <- merge(d[d$time == 0, c("site", "group", "child", "score")], d[d$time == 1, c("child", "score")], by = "child")
w$change <- w$score.y - w$score.x
s <- aggregate(change ~ site + group, w, mean); s$n <- aggregate(change ~ site + group, w, length)$change
m <- lm(change ~ group, s, weights = n)
print(c(coef(summary(m))[2, ], confint(m)[2, ]), digits = 15)
arms <- lapply(split(s, s$group), function(a) coef(summary(lm(change ~ 1, a, weights = n)))[1, 1:2])
se2 <- sapply(arms, function(a) a[[2]]^2)
df <- sum(se2)^2 / sum(se2^2 / 3)
t <- (arms$programme[[1]] - arms$comparison[[1]]) / sqrt(sum(se2))
print(c(t = t, se = sqrt(sum(se2)), df = df, p = 2 * pt(-abs(t), df)), digits = 15)
a <- anova(lm(change ~ site, w)); k <- 8; N <- nrow(w); m0 <- (N - sum(table(w$site)^2) / N) / (k - 1)
msb <- a[1, 3]; msw <- a[2, 3]
print(c(msb = msb, msw = msw, m0 = m0, icc = (msb - msw) / (msb + (m0 - 1) * msw)), digits = 15)
# Adjusted: residuals of a model of covariates without treatment, averaged by site; all 70 assignments.
f <- d[d$time == 1, ]; f$r <- resid(lm(score ~ boy + mother_age, f)); y <- tapply(f$r, f$site, mean)
z <- tapply(f$group == "programme", f$site, all); T <- mean(y[z]) - mean(y[!z])
Ts <- combn(8, 4, function(i) mean(y[i]) - mean(y[-i]))
print(c(T = T, p = mean(abs(Ts) >= abs(T) - 1e-11)), digits = 15)
