"""Names the simulation draws from: trades by sector, given and family names. Common words, no real person."""

# Sectors the documents count (18) but do not name beyond twelve.
SECTORS = {
    "agri-food": ("الصناعات الغذائية والفلاحية", "Agroalimentaire et agriculture", "Agri-food"),
    "textile-leather": ("النسيج والألبسة", "Textile et habillement", "Textile and clothing"),
    "automotive": ("صناعة السيارات", "Industrie automobile", "Automotive"),
    "aeronautics": ("صناعة الطيران", "Aéronautique", "Aeronautics"),
    "fishing": ("الصيد البحري", "Pêche maritime", "Sea fishing"),
    "audiovisual": ("السمعي البصري والسينما", "Audiovisuel et cinéma", "Audiovisual and film"),
}
TRADES = {
    "tourism-hospitality-catering": "الإيواء|Hébergement;التنشيط السياحي|Animation touristique;خدمة المقهى|Service bar;الطبخ المغربي|Cuisine marocaine;الإرشاد السياحي|Guidage touristique",
    "management-commerce": "المحاسبة|Comptabilité;تسيير المقاولات|Gestion des entreprises;التجارة|Commerce;الموارد البشرية|Ressources humaines;السكرتارية|Secrétariat;التسويق|Marketing;البنك والتأمين|Banque et assurance",
    "industry": "اللحام|Soudage;الخراطة|Tournage;الميكانيك العام|Mécanique générale;الكهرباء الصناعية|Électricité industrielle;الأتمتة|Automatismes;صيانة الآلات|Maintenance des machines",
    "digital-ai": "تطوير التطبيقات|Développement d’applications;الشبكات|Réseaux;علم البيانات|Science des données;الذكاء الاصطناعي|Intelligence artificielle;الحوسبة السحابية|Informatique en nuage;صيانة الحواسيب|Maintenance informatique",
    "construction": "البناء|Maçonnerie;الترصيص|Plomberie;صباغة المباني|Peinture en bâtiment;تتبع الأوراش|Conduite de chantier;المسح الطبوغرافي|Topographie;رسم المباني|Dessin de bâtiment;الزليج|Zellige",
    "logistics-transport": "تدبير المخازن|Gestion d’entrepôt;النقل الطرقي|Transport routier;سياقة الشاحنات|Conduite de poids lourds;التصدير والاستيراد|Import-export;استغلال الموانئ|Exploitation portuaire",
    "health": "مساعدة المسنين|Aide aux personnes âgées;العلاجات المنزلية|Soins à domicile;البصريات|Optique;تركيب الأسنان|Prothèse dentaire",
    "personal-services": "الحضانة|Garde d’enfants;التجميل|Esthétique;الخدمات المنزلية|Services ménagers;الحراسة والأمن|Sécurité privée",
    "crafts": "الزربية التقليدية|Tapis traditionnel;الجبص|Plâtre sculpté;الحلي|Bijouterie;الطرز|Broderie;الدباغة|Tannage;الدرازة|Tissage",
    "arts-graphic": "الطباعة|Imprimerie;التصميم الغرافيكي|Design graphique;التصوير|Photographie;التغليف|Packaging",
    "health-social-work": "المساعدة الاجتماعية|Assistance sociale;تنشيط مراكز الإيواء|Animation en foyer",
    "renewable-energy": "الألواح الشمسية|Photovoltaïque;الطاقة الريحية|Éolien;النجاعة الطاقية|Efficacité énergétique",
    "agri-food": "تحويل الحليب|Transformation laitière;تلفيف المنتوجات|Conditionnement;السقي|Irrigation;تربية النحل|Apiculture;جودة الأغذية|Qualité alimentaire",
    "textile-leather": "الخياطة الصناعية|Confection industrielle;الموديليست|Modélisme;صيانة آلات النسيج|Maintenance textile",
    "automotive": "الكهروميكانيك|Électromécanique auto;هياكل السيارات|Carrosserie;الكابلاج|Câblage automobile;التشخيص الإلكتروني|Diagnostic électronique",
    "aeronautics": "تركيب الطائرات|Assemblage aéronautique;المواد المركبة|Matériaux composites;الكابلاج الجوي|Câblage aéronautique",
    "fishing": "ميكانيك البواخر|Mécanique navale;تثمين السمك|Valorisation du poisson;الملاحة الساحلية|Navigation côtière",
    "audiovisual": "التصوير السينمائي|Prise de vue;الصوت|Son;المونتاج|Montage;الإضاءة|Éclairage",
}
# What each trade above leads to, in the same order (ISCO-08).
TRADE_OCCUPATIONS = {
    "tourism-hospitality-catering": "4224 3423 5132 5120 5113",
    "management-commerce": "3313 3343 5223 4416 3343 2431 4211",
    "industry": "7212 7223 7233 7412 3139 7233",
    "digital-ai": "2514 3513 2511 2511 2522 7422",
    "construction": "7112 7126 7131 3123 3112 3118 7122",
    "logistics-transport": "4321 4323 8332 3331 4323",
    "health": "5322 5322 3254 3214",
    "personal-services": "5311 5142 9111 5414",
    "crafts": "7318 7123 7313 7533 7535 7318",
    "arts-graphic": "7322 2166 3431 7323",
    "health-social-work": "3412 3412",
    "renewable-energy": "7411 7412 3113",
    "agri-food": "7513 8183 3142 6123 7515",
    "textile-leather": "8153 7532 7233",
    "automotive": "7231 7213 8212 7421",
    "aeronautics": "7232 8183 8212",
    "fishing": "3151 7511 3152",
    "audiovisual": "3521 3521 3521 3521",
}
# A trade as it is taught at each level; the first bears the name of the trade alone, at the level of its turn.
AT_LEVEL = [
    ("", "", ""), ("تقني متخصص في", "Technicien spécialisé en", "ts"), ("تقني في", "Technicien en", "t"),
    ("مؤهل في", "Ouvrier qualifié en", "q"), ("تخصص", "Spécialisation en", "s"),
]  # fmt: skip
QUALIFYING = [
    ("مبادئ", "Initiation"), ("تقنيات", "Techniques"), ("إتقان", "Perfectionnement"), ("أساسيات", "Bases du métier"),
    ("إعادة التأهيل في", "Reconversion"), ("ورشة", "Atelier"), ("تحديث المعارف في", "Remise à niveau"),
]  # fmt: skip
GIVEN = {
    "female": "فاطمة Fatima;خديجة Khadija;مريم Maryam;سلمى Salma;إيمان Imane;هاجر Hajar;نادية Nadia;سناء Sanaa;زينب Zineb;آية Aya;أسماء Asmae;حنان Hanane;لطيفة Latifa;كوثر Kaoutar;وئام Wiam;ابتسام Ibtissam;ملاك Malak;شيماء Chaimae",
    "male": "محمد Mohamed;أحمد Ahmed;يوسف Youssef;عمر Omar;حمزة Hamza;أيوب Ayoub;ياسين Yassine;إبراهيم Ibrahim;عبد الله Abdellah;رشيد Rachid;سعيد Said;كريم Karim;زكرياء Zakaria;أنس Anas;إلياس Ilyas;مهدي Mehdi;طه Taha;بلال Bilal",
}
FAMILY = "العلوي Alaoui;بناني Bennani;الإدريسي Idrissi;الفاسي Fassi;أمزيان Ameziane;التازي Tazi;بوعزة Bouazza;الحسني Hassani;أوحدو Ouhaddou;الزهراوي Zahraoui;المرابط Lamrabet;السوسي Soussi;الريفي Rifi;العمراني Amrani;بنعلي Benali;القاسمي Kasmi;أيت لحسن Ait Lahcen;الشرقاوي Cherkaoui;البقالي Bakkali;مزوار Mezouar;الوزاني Ouazzani;حجي Hajji;لمغاري Lamghari;زروال Zeroual"


def pairs(text: str, sign: str) -> list[tuple[str, str]]:
    """`a|b;c|d` -> [("a", "b"), ("c", "d")]; with a space the Latin part is what follows the last Arabic word."""
    out = []
    for item in text.split(";"):
        if sign == "|":
            arabic, latin = item.split("|")
        else:
            cut = next(at for at, letter in enumerate(item) if letter.isascii() and letter.isalpha())
            arabic, latin = item[:cut].strip(), item[cut:]
        out.append((arabic, latin))
    return out
