"""What the DSP answers to each of DCC's request templates, asked of one premises."""

_ROWS = (
    # template                                              code       why
    ("8.2_READ_INVENTORY",                                  "I0",      ""),
    ("8.3_DECOMMISSION_DEVICE",                             "I0",      ""),
    ("8.14.1_COMMUNICATIONS_HUB_STATUS_UPDATE_INSTALL_SUCCESS", "I0",      ""),
    ("8.14.2_COMMUNICATIONS_HUB_STATUS_UPDATE_INSTALL_NO_SM_WAN", "I0",      ""),
    ("8.14.3_COMMUNICATIONS_HUB_STATUS_UPDATE_FAULT_RETURN", "I0",      ""),
    ("ECS17b_4.1.1",                                        "I0",      ""),
    ("CS06_11.3_IMMEDIATE_SUCCESS",                         "I0",      ""),
    ("CS06_11.3_FUTURE_DATED_SUCCESS",                      "I0",      ""),
    ("CS06_11.3_CANCELLATION_SUCCESS",                      "I0",      ""),
    ("ECS70Commission_8.1.1_SUCCESS",                       "I0",      ""),
    ("GCS28Commission_8.1.1_SUCCESS",                       "I0",      ""),
    ("CS01a_2.2_SUCCESS",                                   "I99",     ""),
    ("CS01b_2.2_SUCCESS",                                   "I99",     ""),
    ("CS02aMAC_6.24.1_SUCCESS",                             "I99",     ""),
    ("CS07_8.9_SUCCESS",                                    "I99",     ""),
    ("ECS15a_3.3_SUCCESS",                                  "I99",     ""),
    ("ECS17b_4.1.1_SINGLE_SUCCESS",                         "I99",     ""),
    ("ECS17b_4.1.1_TWIN_SUCCESS",                           "I99",     ""),
    ("ECS19_4.3_SUCCESS",                                   "I99",     ""),
    ("ECS22b_4.8.1_SINGLE_SUCCESS",                         "I99",     ""),
    ("ECS22b_4.8.1_TWIN_SUCCESS",                           "I99",     ""),
    ("ECS26e_6.2.4_SUCCESS",                                "I99",     ""),
    ("ECS26m_6.2.4_SUCCESS",                                "I99",     ""),
    ("ECS45_7.4_SUCCESS",                                   "I99",     ""),
    ("ECS52_11.2_SUCCESS",                                  "I99",     ""),
    ("GCS13a_4.1.1_SUCCESS_RELIABLE_GPF",                   "I99",     ""),
    ("GCS13a_4.1.1_SUCCESS_RELIABLE_GSME",                  "I99",     ""),
    ("GCS13a_4.1.1_SUCCESS_UNRELIABLE",                     "I99",     ""),
    ("GCS17_4.8.1_SUCCESS",                                 "I99",     ""),
    ("GCS33_7.4_SUCCESS",                                   "I99",     ""),
    ("GCS38_11.2_SUCCESS",                                  "I99",     ""),
    ("CCS02_8.11_SUCCESS",                                  "I99",     ""),
    ("CCS05CCS04_8.9_SUCCESS",                              "I99",     ""),
    ("CCS06_8.9_SUCCESS",                                   "I99",     ""),
    ("8.6_SERVICE_OPTIN",                                   "E2",      "the supplier has no User Role for it"),
    ("CS02bACBByACB_8.5_SUCCESS",                           "E2",      "the supplier has no User Role for it"),
    ("ECS21c_4.6.2_SUCCESS",                                "E2",      "the supplier has no User Role for it"),
    ("ECS39b_6.20.2_SUCCESS",                               "E2",      "the supplier has no User Role for it"),
    ("ECS47e_7.16_APC_INPUT_SUCCESS",                       "E2",      "the supplier has no User Role for it"),
    ("ECS47e_7.16_APC_OUTPUT_SUCCESS",                      "E2",      "the supplier has no User Role for it"),
    ("ECS50_9.1_SUCCESS",                                   "E2",      "the supplier has no User Role for it"),
    ("GCS36_9.1_SUCCESS",                                   "E2",      "the supplier has no User Role for it"),
    ("GCS16b_4.14_URP_SUCCESS",                             "E4",      "by a supplier that is not registered"),
    ("8.4_UPDATE_INVENTORY",                                "E4",      "the supplier did not pre-notify the Device"),
    ("8.14.4_COMMUNICATIONS_HUB_STATUS_UPDATE_NO_FAULT_RETURN", "E5",      "the hub was returned by 8.14.3"),
    ("CS03A1_8.7.1_SUCCESS",                                "E19",     "it names a Device that nobody knows"),
    ("CS03B_8.7.2_SUCCESS",                                 "E19",     "it names a Device that nobody knows"),
    ("CS03CCritical_8.7.1_SUCCESS",                         "E19",     "it names a Device that nobody knows"),
    ("CS02fMAC_6.24.1_SUCCESS",                             "E1",      "the Access Control Broker is no User"),
    ("CS08_11.2_SUCCESS",                                   "E1",      "the Access Control Broker is no User"),
    ("GCS59_8.12.2_SUCCESS",                                "E1",      "the Access Control Broker is no User"),
    ("ECS17b_4.1.1_DSP_FUTURE_DATED",                       "E100",    "to be executed in 2015"),
    ("8.13_RETURN_LOCAL_COMMAND_RESPONSE_CS06",             "E100",    "no Command of that id waits for a Response"),
    ("ECS21a_5.1._DCC_SCHEDULED",                           "E050103", "a schedule that begins in the past"),
    ("CS02bSupplierByTransCoS_6.23_IMMEDIATE_SUCCESS",      "E062301", "the MPxN of another meter"),
    ("CS02bSupplierByTransCoS_6.23_FUTURE_DATED_SUCCESS",   "E062301", "the MPxN of another meter"),
    ("CS02bSupplierByTransCoS_6.23_CANCELLATION_SUCCESS",   "E062301", "the MPxN of another meter"),
    ("CCS01_8.11_SUCCESS",                                  "E081105", "the Device is on the HAN already"),
    ("12.2_DEVICE_PRE_NOTIFICATION",                        "E120201", "the Device is in the SMI already"),
)  # fmt: skip
"""`why` it is refused."""

_PAYLOADS = {
    # template: the payload, by its name in DCC's parser
    "8.2_READ_INVENTORY": "DSPInventory",
    "ECS17b_4.1.1": "LocalCommand",
    "CS06_11.3_IMMEDIATE_SUCCESS": "PreCommand",
    "CS06_11.3_FUTURE_DATED_SUCCESS": "PreCommand",
    "CS06_11.3_CANCELLATION_SUCCESS": "PreCommand",
    "ECS70Commission_8.1.1_SUCCESS": "PreCommand",
    "GCS28Commission_8.1.1_SUCCESS": "PreCommand",
}
_NOTHING = "NoBody"

NOT_EMULATED = ("E71", _NOTHING)
"""The answer to all templates that are not among EXPECTED."""

EXPECTED = {template: (code, _PAYLOADS.get(template, _NOTHING)) for template, code, _ in _ROWS}
"""Code and payload, by the template."""

LAST = ("8.4_", "CCS02_8.11", "CCS05CCS04_8.9", "CCS06_8.9", "8.3_", "8.14.")
"""The beginnings of those that are asked last, in this order: they take Devices away, which others ask for."""
