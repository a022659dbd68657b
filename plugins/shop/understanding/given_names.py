"""First and family names of West and Central Africa: they tell a name without capitals and without `je m'appelle`."""

from comptoir.plugins.text import fold

_SPELT = """
Abdou Abdoul Abdoulaye Abdoulrazak Abdul Abiba Abla Abossede Abou Aboubacar Aboubakar Achille Ada Adama Adamou Adiza
Adja Adjo Adjoa Adjoua Adrien Adèle Affoué Afi Afia Agathe Agnès Ahmed Ahou Ahoua Aicha Aida Aimé Aimée Aissata
Aissatou Ajara Akissi Akosua Akou Akouvi Akpénè Alain Albert Albertine Alexis Alfred Ali Alice Alima Alimatou Aliou
Alioune Alix Aliyou Alphonse Ama Amadou Amandine Amath Ambroise Amenan Ameyo Ami Amina Aminata Aminatou Amivi Amoin
Amy Amélie Anatole Anaïs André Angèle Angélique Anicet Anita Anna Annick Ansou Antoine Antoinette Ariane Armand Armel
Armelle Arnaud Arsène Arthur Assane Assi Assiba Assétou Astou Ataya Audrey Auguste Augustin Aurore Aurélie Awa Aya
Ayaba Ayawa Ayité Ayoko Aziz Aïcha Aïssata Aïssatou Babacar Bachir Badou Bakary Balla Bamba Baptiste Barthélemy Basile
Batoma Baïdy Benjamin Benoît Bernadette Bernard Berthe Bertin Bertrand Bijou Bilal Bineta Binta Bintou Bintu Birama
Birane Blaise Blandine Boris Bouba Boubacar Boukary Bouna Brahima Brenda Brice Brigitte Bruno Béatrice Bénédicte
Camille Carine Carmel Carmelle Carole Caroline Catherine Chantal Charles Charlotte Cheick Cheikh Cheikhou Christelle
Christian Christiane Christine Christophe Chérif Claire Clarisse Claude Claudine Clémence Clément Codjo Codou Colette
Constance Constant Coumba Cynthia Cyrille Cécile Cédric Céline Dado Daniel Danielle Daouda David Delphine Demba Denis
Denise Diana Diane Diarra Diarraye Didier Dieudonné Dieynaba Dimitri Divine Djamila Djeneba Djibo Djibril Djénéba
Dominique Donatien Dorcas Dossou Doudou Dramane Déborah Désiré Désirée Eddy Edem Edgar Edmond Edoh Edwige Efua Elhadj
Ella Elom Eloïse Elvis Emma Emmanuel Emmanuelle Enyonam Ericka Ernest Esaïe Esi Espérance Essenam Essi Esso Essohana
Estelle Esther Ethan Eugène Eugénie Eulalie Eunice Evariste Evelyne Fabienne Fabrice Fadel Fallone Falone Fanta Fary
Fatim Fatima Fatimata Fatma Fatou Fatoumata Fernand Fidèle Fily Firmin Flavien Fleurette Flora Florence Florent Fodé
Franck François Françoise Frida Frédéric Félicité Félix Gabin Gabriel Gabrielle Gaston Gaëlle Gaëtan Geneviève Georges
Georgette Germain Germaine Ghislain Ghislaine Gilbert Gildas Gilles Gisèle Gloria Godwill Grâcia Grégoire Guillaume
Guy Gérard Habib Habibatou Hadiza Hadja Halima Hamed Hamidou Hamza Hapsatou Harouna Hassan Hawa Henri Henriette
Hermann Hervé Hind Honorine Hortense Houda Houleye Hubert Hugues Hélène Ibou Ibra Ibrahim Ibrahima Idriss Idrissa
Ignace Ines Innocent Inès Irié Irène Isaac Isabelle Isidore Ismaël Ismaïla Issa Issiaka Issouf Ivan Jacob Jacqueline
Jacques Jean Jeanne Jeannette Jonas Jonathan Joseph Josiane Josué Joséphine Joël Joëlle Judith Jules Julie Julien
Julienne Junie Junior Justine Jérémie Jérôme Kadi Kadiatou Kadidia Kadija Kalidou Karamoko Karim Kassim Kelly Khadija
Khadim Khady Khalifa Kodjo Kodjovi Koffi Koffivi Kofi Kokou Kokouvi Kossi Kossiwa Kouadio Kouakou Kouamé Kouassi Kudjo
Kwami Kwassi Kylian Kéba Kévin Lala Lamine Landry Lansana Larissa Laure Laurence Laurent Laurentine Laïla Leila Leslie
Leïla Liliane Lina Linda Lionel Lise Louis Louise Loïc Luc Lucie Lucien Lucienne Lydie Léa Léon Léonie Léontine
Léopold Mabel Madeleine Madina Mady Maguette Mahamadou Mahamat Mahawa Maimouna Makhtar Malick Malik Mamadi Mamadou
Mame Mamour Manon Manu Marc Marcel Marcelle Marcelline Marguerite Mariam Mariama Mariame Marie Mariétou Marlène
Martial Martin Martine Marème Massamba Massaër Matar Mathias Mathieu Mathilde Maurice Mawuena Mawuli Maëlys Maïmouna
Mbaye Mbène Merveille Michel Micheline Michèle Mira Mireille Modeste Modibo Modou Mohamed Momar Monique Moriba
Mouhamed Moussa Moustapha Moïse Mustapha Myriam Médard Mélanie Mélissa Nabou Nadia Nadine Nadège Nafi Nafissatou
Natacha Nathalie Nathan Nawal Ndeye Ndèye Nene Nestor Ngoné Niang Nicaise Nicolas Nicole Noah Nogaye Nour Noura Noël
Noëlle Odette Odile Olga Olivia Olivier Omar Omer Ornella Oscar Oulimata Oumar Oumarou Oumou Oumy Ousmane Ousseynou
Pape Papis Parfait Pascal Pascaline Patrice Patricia Patrick Paul Paule Pauline Penda Philippe Philomène Pierre Prisca
Prosper Prudence Pélagie Rabi Rachel Rachid Rachida Rahim Rahinatou Rahma Rama Ramatou Ramatoulaye Raoul Raphaël Rayan
Raymond Reine René Richard Rita Robert Rodolphe Rodrigue Roger Rokhaya Rokia Roland Rolande Romain Romaric Romuald
Rosalie Rosemonde Rosine Roxane Ruth Ryan Rébecca Régine Rémi Sabine Sabrina Sadio Safi Safiatou Salamatou Salif
Salifou Salimata Salimatou Saliou Salma Samba Sambou Samira Samuel Sandra Sandrine Sara Sarah Saïd Saïdou Serge
Serigne Seydou Seynabou Sharon Siaka Sidi Sidy Sika Simon Simone Sira Sokhna Solange Sonia Sophie Souley Souleymane
Steeve Stella Steve Stevie Stéphane Stéphanie Suzanne Sylla Sylvain Sylvie Sébastien Sédar Sékou Sélom Séna Sénami
Séverin Sévérine Tamba Tania Tata Tchalla Tening Thiané Thierno Thierry Thomas Thérèse Tidiane Timothée Tiémoko
Toussaint Ulrich Ulrick Ursule Valérie Vanessa Victoire Victor Vincent Viviane Véronique Wilfrid Wilfried Xavier
Yacine Yacouba Yanis Yannick Yao Yaovi Yasmine Yawa Yaya Yaye Yayi Yoro Youssef Youssou Youssouf Yves Yvette Yvonne
Zakaria Zeinab Zeynab Zineb Zoumana Zoé Zénab Zénabou Éba Édith Édouard Éliane Élie Élisabeth Élise Émile Émilie Éric
Étienne
"""
_ALSO = """
ada ami aime aimee ataya bijou claire constant desire desiree divine esso felicite fidele innocent junior merveille
modeste noel parfait prudence rama reine sara tata victoire
"""
_ALSO_WORDS = frozenset(_ALSO.split())
"""Names that are words, too: never without a capital or `je m'appelle`."""
GIVEN_NAMES = frozenset(fold(name) for name in _SPELT.split()) - _ALSO_WORDS
_FAMILIES = """
Abalo Abena Adjovi Agbeko Agbodjan Ahouansou Akakpo Amegah Amegan Amoussou Assogba Attiogbé Aw Ayité Ayivi Ba Badji
Bado Bah Baldé Bamba Barry Basse Bathily Bekale Beugré Bidias Biya Biyong Bocoum Boni Bâ Cissokho Cissé Coly Coulibaly
Dabo Dagnogo Dembélé Diaby Diagne Diakité Diallo Diané Diarra Diarrassouba Diatta Diawara Dieng Dieye Dione Diop Diouf
Diédhiou Djossou Dossou Doumbia Dramé Dème Edjo Ekambi Ekotto Essomba Eto'o Ewane Fall Fané Faye Fofana Fotso Gaye
Gbaguidi Gbedji Gning Gomis Guindo Guèye Houngbédji Hounkpatin Hounkpè Kaboré Kagambega Kamara Kamdem Kamga Kane
Kanouté Kanté Kassé Keita Kengne Kinvi Klutsé Konan Konaté Koné Kouadio Kouamé Kouassi Koulibaly Kouyaté Kpodar Kpogo
Lawson Ly Mané Maïga Mbarga Mbaye Mbengue Mbida Mbodj Mbougueng Mendy Mensah Mvondo N'Diaye N'Dri N'Goran N'Guessan
Nana Ndao Ndiaye Ndione Ndong Ndoye Ngo Ngom Ngono Niang Niasse Nikiéma Njoya Nkoulou Olympio Onana Ouattara Ouédraogo
Owona Paré Quenum Sabaly Sagna Sakho Sall Samaké Sangaré Sanogo Sanou Sané Sarr Sawadogo Seck Senghor Sidibé Sissoko
Sossou Soumah Soumaré Sow Sy Sylla Sène Tall Talla Tamba Tankeu Tapsoba Tchamba Tchoumi Tchuente Thiam Thioune Tine
Togola Tossou Tounkara Touré Traoré Wade Wane Yaméogo Yapi Yapo Yéo Zinsou Zongo
"""
FAMILY_NAMES = frozenset(fold(name) for name in _FAMILIES.split())
