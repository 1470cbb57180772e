"""Words by which lines of a page are told apart: of grammar, of the field, of headings."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


FUNCTION = words(
    """
    a an the of in on for with without and or to from by at as is are was were be been its it
    this that these those their our your we you us how what when which who why where whether not
    no nor into than then between among after before during using via versus vs per under over
    about against toward towards through within across can may should will do does did has have
    had new use uses used all any more most both de la el los las del en y para con por un una
    und der die das
    """
)
"""Words of grammar: no part of a person's name, and no sign of a title."""

FIELD = words(
    """
    leiomyosarcoma leiomyosarcomas sarcoma sarcomas lms stml uterine uterus non-uterine
    nonuterine soft tissue tissues bone retroperitoneal cancer cancers tumor tumors tumour
    tumours carcinoma liposarcoma desmoid leiomyoma leiomyomas fibroid fibroids smooth muscle
    malignant benign metastatic metastasis metastases advanced recurrent localized primary rare
    clinical trial trials phase study studies research report reports case series review reviews
    systematic analysis meta-analysis therapy therapies treatment treatments chemotherapy
    radiation radiotherapy immunotherapy surgery surgical resection management diagnosis
    prognosis survival outcome outcomes patient patients adult adults pediatric cell cells gene
    genes genetic genomic genomics molecular expression mutation mutations receptor inhibitor
    inhibitors kinase protein pathway pathways response resistance risk role model models
    imaging pathology biology biomarker biomarkers blood dna rna drug drugs dose combination
    first-line second-line line single multicenter multicentre randomized randomised efficacy
    safety results update updates landmark guidelines practice approach approaches care quality
    life support caregiver caregivers survivorship doxorubicin trabectedin gemcitabine docetaxel
    eribulin pembrolizumab nivolumab pazopanib olaparib lenvatinib unesbulin lurbinectedin
    temozolomide dacarbazine center centre hospital university institute institut college school
    department division clinic foundation society association network alliance council committee
    program programme project international national american european global world united
    states america usa uk europe africa asia korea japan china germany france spain italy canada
    york kingdom washington angeles francisco texas florida california journal medicine medical
    oncology oncologist surgeons physicians nature science lancet frontiers annals article
    articles abstract publication publications paper press release news video webinar recording
    presentation presentations poster podcast workshop meeting congress symposium conference
    annual live online virtual event events summary introduction conclusion conclusions
    background methods objective objectives note notes january february march april june july
    august september october november december monday tuesday wednesday thursday friday saturday
    sunday syndrome disease disorder disorders health human humans mice circulating
    retinoblastoma sequential novel emerging current future overview perspectives insights
    directions development developing evaluation assessment impact effect effects evidence based
    related associated targeted targeting available information education educational resources
    resource tips living with coping guide guidance frequently asked questions grant grants
    funding award awards awardee grantee grantees proposal proposals request call letter intent
    applications deadline announcement congratulations spatial heterogeneity mechanisms
    mechanism activated maintenance liquid biopsy assay multi-omic omics early late long-term
    short high low grade differentiation harboring hotspot features classification classifying
    profile profiling ewing gynecologic gynecological pelvic abdominal breast lung liver ovarian
    cervical endometrial prostate two three four five six year month day week sarcoma/lms
    lms/sarcoma anderson kettering sloan dana-farber trends strategy strategies options
    challenges progress advances experience cohort registry database population
    """
)
"""Words of medicine, research and institutions that no person is called by."""

HEADING = words(
    """
    awardee awardees grantee grantees recipients winners research update updates highlight
    highlights news publication publications article articles paper papers event events upcoming
    archive archives resource resources trial trials clinical grant grants funding webinar
    webinars recording recordings presentation presentations spotlight tips latest recent
    recently past current previous previously recorded new online patient patients education
    information session sessions uterine non-uterine nonuterine soft tissue sarcoma sarcomas
    leiomyosarcoma leiomyosarcomas lms nlmsf and of the in for from our on with living activity
    continuing program programs opportunities review reviews studies study press releases video
    videos reading list library literature selected key important other more additional general
    basic science treatment surgery radiation immunotherapy chemotherapy genomics pathology
    diagnosis uterus extrauterine retroperitoneal gynecologic all annual meeting abstracts asco
    ctos esmo investigaciones investigación noticias artículos publicaciones ensayos clínicos
    eventos recientes sobre actualizaciones de la del y en el últimas novedades recursos
    sarcoma/lms lms/sarcoma open access topics topic journal club foundation
    """
)
"""Words that headings of such pages are made of."""
