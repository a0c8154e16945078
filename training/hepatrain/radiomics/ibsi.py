"""PyRadiomics' names for features as MIRP computes them to the IBSI's definitions (Zwanenburg et al., Radiology 2020).

Only features that agree with CirrMRI600+'s own tables on the two real volumes are here: all 103 within 5e-4 relative;
within 1e-5 but for mesh volume, surface area, and sphericity and surface-volume ratio, which follow from them.
PyRadiomics' three Maximum2DDiameters and MCC have no counterpart in MIRP.
"""

SHAPE = {
    "Elongation": "morph_pca_elongation",
    "Flatness": "morph_pca_flatness",
    "LeastAxisLength": "morph_pca_least_axis",
    "MajorAxisLength": "morph_pca_maj_axis",
    "Maximum3DDiameter": "morph_diam",
    "MeshVolume": "morph_volume",
    "MinorAxisLength": "morph_pca_min_axis",
    "Sphericity": "morph_sphericity",
    "SurfaceArea": "morph_area_mesh",
    "SurfaceVolumeRatio": "morph_av",
    "VoxelVolume": "morph_vol_approx",
}

FIRST_ORDER = {
    "10Percentile": "stat_p10",
    "90Percentile": "stat_p90",
    "Energy": "stat_energy",
    "Entropy": "ih_entropy",
    "InterquartileRange": "stat_iqr",
    "Maximum": "stat_max",
    "MeanAbsoluteDeviation": "stat_mad",
    "Mean": "stat_mean",
    "Median": "stat_median",
    "Minimum": "stat_min",
    "Range": "stat_range",
    "RobustMeanAbsoluteDeviation": "stat_rmad",
    "RootMeanSquared": "stat_rms",
    "Skewness": "stat_skew",
    "Uniformity": "ih_uniformity",
    "Variance": "stat_var",
}

GLCM = {
    "Autocorrelation": "cm_auto_corr",
    "ClusterProminence": "cm_clust_prom",
    "ClusterShade": "cm_clust_shade",
    "ClusterTendency": "cm_clust_tend",
    "Contrast": "cm_contrast",
    "Correlation": "cm_corr",
    "DifferenceAverage": "cm_diff_avg",
    "DifferenceEntropy": "cm_diff_entr",
    "DifferenceVariance": "cm_diff_var",
    "Id": "cm_inv_diff",
    "Idm": "cm_inv_diff_mom",
    "Idmn": "cm_inv_diff_mom_norm",
    "Idn": "cm_inv_diff_norm",
    "Imc1": "cm_info_corr1",
    "Imc2": "cm_info_corr2",
    "InverseVariance": "cm_inv_var",
    "JointAverage": "cm_joint_avg",
    "JointEnergy": "cm_energy",
    "JointEntropy": "cm_joint_entr",
    "MaximumProbability": "cm_joint_max",
    "SumAverage": "cm_sum_avg",
    "SumEntropy": "cm_sum_entr",
    "SumSquares": "cm_joint_var",
}

GLDM = {
    "DependenceEntropy": "ngl_dc_entr",
    "DependenceNonUniformity": "ngl_dcnu",
    "DependenceNonUniformityNormalized": "ngl_dcnu_norm",
    "DependenceVariance": "ngl_dc_var",
    "GrayLevelNonUniformity": "ngl_glnu",
    "GrayLevelVariance": "ngl_gl_var",
    "HighGrayLevelEmphasis": "ngl_hgce",
    "LargeDependenceEmphasis": "ngl_hde",
    "LargeDependenceHighGrayLevelEmphasis": "ngl_hdhge",
    "LargeDependenceLowGrayLevelEmphasis": "ngl_hdlge",
    "LowGrayLevelEmphasis": "ngl_lgce",
    "SmallDependenceEmphasis": "ngl_lde",
    "SmallDependenceHighGrayLevelEmphasis": "ngl_ldhge",
    "SmallDependenceLowGrayLevelEmphasis": "ngl_ldlge",
}

GLRLM = {
    "GrayLevelNonUniformity": "rlm_glnu",
    "GrayLevelNonUniformityNormalized": "rlm_glnu_norm",
    "GrayLevelVariance": "rlm_gl_var",
    "HighGrayLevelRunEmphasis": "rlm_hgre",
    "LongRunEmphasis": "rlm_lre",
    "LongRunHighGrayLevelEmphasis": "rlm_lrhge",
    "LongRunLowGrayLevelEmphasis": "rlm_lrlge",
    "LowGrayLevelRunEmphasis": "rlm_lgre",
    "RunEntropy": "rlm_rl_entr",
    "RunLengthNonUniformity": "rlm_rlnu",
    "RunLengthNonUniformityNormalized": "rlm_rlnu_norm",
    "RunPercentage": "rlm_r_perc",
    "RunVariance": "rlm_rl_var",
    "ShortRunEmphasis": "rlm_sre",
    "ShortRunHighGrayLevelEmphasis": "rlm_srhge",
    "ShortRunLowGrayLevelEmphasis": "rlm_srlge",
}

GLSZM = {
    "GrayLevelNonUniformity": "szm_glnu",
    "GrayLevelNonUniformityNormalized": "szm_glnu_norm",
    "GrayLevelVariance": "szm_gl_var",
    "HighGrayLevelZoneEmphasis": "szm_hgze",
    "LargeAreaEmphasis": "szm_lze",
    "LargeAreaHighGrayLevelEmphasis": "szm_lzhge",
    "LargeAreaLowGrayLevelEmphasis": "szm_lzlge",
    "LowGrayLevelZoneEmphasis": "szm_lgze",
    "SizeZoneNonUniformity": "szm_zsnu",
    "SizeZoneNonUniformityNormalized": "szm_zsnu_norm",
    "SmallAreaEmphasis": "szm_sze",
    "SmallAreaHighGrayLevelEmphasis": "szm_szhge",
    "SmallAreaLowGrayLevelEmphasis": "szm_szlge",
    "ZoneEntropy": "szm_zs_entr",
    "ZonePercentage": "szm_z_perc",
    "ZoneVariance": "szm_zs_var",
}

NGTDM = {
    "Busyness": "ngt_busyness",
    "Coarseness": "ngt_coarseness",
    "Complexity": "ngt_complexity",
    "Contrast": "ngt_contrast",
    "Strength": "ngt_strength",
}

COUNTERPARTS = {
    f"original_{group}_{name}": mirp
    for group, names in {
        "shape": SHAPE,
        "firstorder": FIRST_ORDER,
        "glcm": GLCM,
        "gldm": GLDM,
        "glrlm": GLRLM,
        "glszm": GLSZM,
        "ngtdm": NGTDM,
    }.items()
    for name, mirp in names.items()
}
"""MIRP's stem by PyRadiomics' name. MIRP appends how it computed a feature, like `_3d_avg_fbs_w25.0`."""
